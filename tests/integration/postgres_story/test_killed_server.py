"""SIGKILL to PostgreSQL in the middle of the work: once it is back, everything goes on by itself, once."""

import asyncio
from pathlib import Path
from typing import get_args

import pytest
from tests.integration.postgres_story.outage import Fused, Moment, fused
from tests.integration.postgres_story.server import OwnServer

from placet.errors import DatabaseUnavailable
from placet.ledger import entries
from placet.storage import Transaction, checkpointers
from placet.storage.run_rows import find_run
from placet.vocabulary import ProposalState, RunState

PATIENCE_S = 60
EARLY: tuple[Moment, ...] = ("while it thinks", "as a checkpoint is written")
"""Before anybody has approved."""


async def until_run(co: Fused, run: str, state: RunState) -> None:
    """Look until a run is where it should be; a run that failed never gets there."""

    def at(tx: Transaction) -> str:
        row = find_run(tx, run)
        return str(row["state"]) if row else ""

    async with asyncio.timeout(PATIENCE_S):
        while (found := await co.store.read(at)) != state.value:
            assert found != RunState.FAILED.value
            await asyncio.sleep(0)


@pytest.mark.slow
@pytest.mark.parametrize("moment", get_args(Moment))
async def test_the_work_goes_on_by_itself_and_is_done_once(tmp_path: Path, server: OwnServer, moment: Moment) -> None:
    async with fused(tmp_path, server, moment) as co:
        run = await co.ask()
        if moment in EARLY:
            await asyncio.wait_for(co.fuse.burnt.wait(), PATIENCE_S)
            await asyncio.to_thread(server.start)
        await until_run(co, run, RunState.WAITING)
        proposal = await co.proposal()
        await co.approve(proposal)
        if moment not in EARLY:
            await asyncio.wait_for(co.fuse.burnt.wait(), PATIENCE_S)
            await asyncio.to_thread(server.start)
        await until_run(co, run, RunState.DONE)
        sent = [row.key for row in co.app.systems["crm"].egress()]
        noted = [one.kind for one in await co.store.read(entries)]
        assert ((await co.proposal()).state, sent) == (ProposalState.DONE, [proposal.id])
        assert (noted.count("proposal.executing"), noted.count("run.answered")) == (1, 1)


async def test_a_lost_checkpoint_connection_is_a_storage_error(
    server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpointers, "CONNECT_SECONDS", 1)
    async with checkpointers.open_checkpointer(server.new_database()) as saver:
        await asyncio.to_thread(server.kill)
        try:
            with pytest.raises(DatabaseUnavailable):
                await saver.aget_tuple({"configurable": {"thread_id": "run-1", "checkpoint_ns": ""}})
        finally:
            await asyncio.to_thread(server.start)
