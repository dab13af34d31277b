"""SIGKILL to PostgreSQL in the middle of the work: once it is back, everything goes on by itself, once."""

import asyncio
from pathlib import Path

import pytest

from placet.ledger import entries
from placet.storage import Transaction
from placet.storage.run_rows import find_run
from placet.vocabulary import ProposalState, RunState
from tests.integration.postgres_story.outage import Fused, Moment, fused
from tests.integration.postgres_story.server import OwnServer

PATIENCE_S = 20


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
@pytest.mark.parametrize("moment", ["while it thinks", "before it is sent", "after it was sent"])
async def test_the_work_goes_on_by_itself_and_is_done_once(tmp_path: Path, server: OwnServer, moment: Moment) -> None:
    async with fused(tmp_path, server, moment) as co:
        run = await co.ask()
        if moment == "while it thinks":
            await asyncio.wait_for(co.fuse.burnt.wait(), PATIENCE_S)
            await asyncio.to_thread(server.start)
        await until_run(co, run, RunState.WAITING)
        proposal = await co.proposal()
        await co.approve(proposal)
        if moment != "while it thinks":
            await asyncio.wait_for(co.fuse.burnt.wait(), PATIENCE_S)
            await asyncio.to_thread(server.start)
        await until_run(co, run, RunState.DONE)
        sent = [row.key for row in co.app.systems["crm"].egress()]
        noted = [one.kind for one in await co.store.read(entries)]
        assert ((await co.proposal()).state, sent) == (ProposalState.DONE, [proposal.id])
        assert (noted.count("proposal.executing"), noted.count("run.answered")) == (1, 1)
