"""Two `placet serve` on one database: Slack hands each event and click to either."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from tests.integration.postgres_story.house import NUMBERS, READY, House, house
from tests.integration.postgres_story.server import OwnServer

from placet.cli.liveness import workers_alive
from placet.ledger import verify
from placet.vocabulary import ProposalState


async def click_twice(there: House, number: int) -> None:
    """Omar clicks Approve on one card twice, as fast as he can: Slack gives the clicks to the servers in turn."""
    proposal = (await there.proposals(len(NUMBERS)))[number]
    card = await there.card("omar", proposal)
    omar = there.play.actor("omar")
    await asyncio.gather(omar.clicks(card, READY), omar.clicks(card, READY))


@pytest.mark.slow
async def test_ten_cards_clicked_twice_each_are_ten_writes_and_ten_answers(
    project: Path, server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(project, (server.new_database(), server.new_database()), monkeypatch) as there:
        await asyncio.gather(there.serve(), there.serve())  # at once, on a database without a table
        assert len(await there.store.read(workers_alive)) == 2
        riley = there.play.actor("riley")
        asked = await asyncio.gather(*(riley.says(f"Order {number} Falcon sensors") for number in NUMBERS))
        await asyncio.gather(*(click_twice(there, number) for number in range(len(NUMBERS))))
        proposals = await there.proposals(len(NUMBERS))
        await there.answered([one.run for one in proposals])
        assert {one.state for one in await there.proposals(len(NUMBERS))} == {ProposalState.DONE}
        assert sorted(row.key or "" for row in there.egress()) == sorted(one.id for one in proposals)
        noted = Counter((one.kind, one.run) for one in await there.ledger())
        for kind in ("run.received", "proposal.executing", "run.answered"):
            assert [noted[kind, one.run] for one in proposals] == [1] * len(NUMBERS)
        posted = Counter(one.thread_ts for one in await riley.messages(asked[0].channel) if one.ts != one.thread_ts)
        assert [posted[sent.ts] for sent in asked] == [2] * len(NUMBERS)  # a plan and an answer
        assert (await there.store.read(verify)).entries == len(await there.ledger())
        assert [await one.stop() for one in there.servers] == [0, 0]
