"""A worker in a process of its own that a test kills: `dying_worker.py URL WORKER HEARTBEAT_SECONDS`.

It prints a line once its handler runs, then never ends.
"""

import asyncio
import sys
from collections.abc import Mapping

from placet.dispatch.dbos_adapter import DbosDispatch
from placet.storage import Store


async def main(url: str, worker: str, heartbeat: str) -> None:
    dispatch = DbosDispatch(Store.open(url), worker_id=worker, heartbeat_seconds=float(heartbeat))

    async def handler(payload: Mapping[str, str]) -> None:
        sys.stdout.write(f"holds {payload['n']}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()

    dispatch.register("turn", handler)
    await dispatch.start_worker()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
