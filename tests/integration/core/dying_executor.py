"""A process that asks, approves and executes, and is killed at a named point of the execution."""

import asyncio
import os
from pathlib import Path

from tests.support.company import company

from placet.connectors.embedded import EmbeddedOptions
from placet.executor.crashpoints import CrashPoint
from placet.vocabulary import Idempotency


def work_until(folder: str, point: CrashPoint, idempotency: Idempotency, database: str) -> None:
    """Do the whole job; the process ends with SIGKILL at `point`."""
    os.environ["PLACET_CRASH_AT"] = point
    asyncio.run(_work(Path(folder), idempotency, database))


async def _work(folder: Path, idempotency: Idempotency, database: str) -> None:
    async with company(folder, options=EmbeddedOptions(idempotency=idempotency), database=database) as co:
        await co.ask("riley", "set hooli to 120000")
        await co.approve("dana")
