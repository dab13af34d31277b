"""kill -9 at every step of an execution, a restart, and what the CRM and the proposal say then."""

import multiprocessing
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from tests.integration.core.dying_executor import work_until
from tests.support.company import company

from placet.connectors.embedded import EmbeddedOptions
from placet.dispatch.virtual_clock import START
from placet.executor.crashpoints import CrashPoint
from placet.vocabulary import Idempotency, ProposalState

POINTS: tuple[CrashPoint, ...] = get_args(CrashPoint)
SENT = {"after_send", "before_record", "after_record"}
PATIENCE = 60


def killed_at(folder: Path, point: CrashPoint, idempotency: Idempotency, database: str = "") -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.integration.core.dying_executor"])
    worker = processes.Process(target=work_until, args=(str(folder), point, idempotency, database))
    worker.start()
    worker.join(PATIENCE)
    assert worker.exitcode == -signal.SIGKILL


def ends_as(point: CrashPoint, idempotency: Idempotency) -> tuple[ProposalState, int]:
    """What the guarantees say: state after the restart, and changes in the CRM."""
    if point in {"before_claim", "after_record"}:
        return ProposalState.DONE, 1
    if idempotency is Idempotency.NONE:
        return ProposalState.UNKNOWN, int(point in SENT)
    return (ProposalState.DONE, 1) if point in SENT else (ProposalState.FAILED, 0)


async def restarted(folder: Path, idempotency: Idempotency, database: str = "") -> tuple[ProposalState, int]:
    """Open the same files in this process, execute what is there three times, and look."""
    later, options = START + timedelta(minutes=1), EmbeddedOptions(idempotency=idempotency)
    async with company(folder, options=options, database=database, now=later) as co:
        for _ in range(3):
            await co.app.executor.execute((await co.only()).id)
        await co.dispatch.run_until_idle()
        return (await co.only()).state, len(co.egress())


@pytest.mark.requirement("DO-1")
@pytest.mark.parametrize("idempotency", list(Idempotency))
@pytest.mark.parametrize("point", POINTS)
async def test_killed_anywhere_it_changes_the_crm_at_most_once(
    tmp_path: Path, point: CrashPoint, idempotency: Idempotency
) -> None:
    killed_at(tmp_path, point, idempotency)
    assert await restarted(tmp_path, idempotency) == ends_as(point, idempotency)


@pytest.mark.slow
@pytest.mark.requirement("DO-1")
@pytest.mark.parametrize("point", POINTS)
async def test_killed_anywhere_on_postgresql_it_changes_the_crm_at_most_once(
    tmp_path: Path, point: CrashPoint, new_postgres: Callable[[], str]
) -> None:
    database = new_postgres()
    killed_at(tmp_path, point, Idempotency.KEY, database)
    assert await restarted(tmp_path, Idempotency.KEY, database) == ends_as(point, Idempotency.KEY)
