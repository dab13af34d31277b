"""Decisions that count: once, by distinct people, and what follows from them."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.company import Company, call, company, says, two_directors
from tests.support.racing import race

from placet.approvals import cancel
from placet.storage.rows import decisions_on
from placet.vocabulary import DecisionKind, ProposalState

TWICE = says(
    "two", call("set_deal_amount", deal="Hooli expansion", amount=1), call("move_deal", deal="OPP-1002", stage="won")
)


async def test_an_approval_is_recorded_with_what_was_approved(asked: Company) -> None:
    proposal = await asked.only()
    await asked.approve("dana")
    (decision,) = await asked.store.read(lambda tx: decisions_on(tx, proposal.id, 1))
    assert (decision.by, decision.kind, decision.digest) == ("dana", DecisionKind.APPROVE, proposal.digest)
    recorded = next(one for one in await asked.ledger() if one.kind == "decision.recorded")
    assert recorded.facts == {
        "revision": 1, "digest": proposal.digest, "decision": "approve", "by": "dana", "reason": "", "via": "test",
    }  # fmt: skip


async def test_a_second_click_changes_nothing(asked: Company) -> None:
    proposal = await asked.only()
    first = await asked.decide("dana", proposal, DecisionKind.APPROVE)
    second = await asked.decide("dana", proposal, DecisionKind.APPROVE)
    await asked.dispatch.run_until_idle()
    assert (first.refused, second.refused and second.refused.reason) == (None, "already_decided")
    assert [row.key for row in asked.egress()] == [proposal.id]


async def test_the_second_of_two_people_is_told_who_decided(tmp_path: Path) -> None:
    async with company(tmp_path, project=two_directors(quorum=1)) as co:
        await co.ask("riley", "set hooli to 120000")
        proposal = await co.only()
        await co.decide("dana", proposal, DecisionKind.APPROVE)
        told = await co.decide("omar", proposal, DecisionKind.REJECT, reason="not this one")
        assert told.refused is not None
        assert told.refused.detail == "dana has decided this already; it is approved"


async def test_of_two_approvers_at_once_exactly_one_decides(tmp_path: Path) -> None:
    async with company(tmp_path, project=two_directors(quorum=1)) as co:
        await co.ask("riley", "set hooli to 120000")
        told = await race(co, ("dana", DecisionKind.APPROVE), ("omar", DecisionKind.REJECT))
        assert sorted(one.refused.reason if one.refused else "" for one in told) == ["", "already_decided"]
        (winner,) = (one.state for one in told if one.refused is None)
        assert (await co.only()).state is winner
        assert (await co.kinds()).count("decision.recorded") == 1


async def test_fifty_clicks_of_one_person_are_one_decision(asked: Company) -> None:
    told = await race(asked, *[("dana", DecisionKind.APPROVE)] * 50)
    await asked.dispatch.run_until_idle()
    assert sum(one.refused is None for one in told) == 1
    assert len(asked.egress()) == 1


async def test_a_quorum_of_two_needs_two_people(tmp_path: Path) -> None:
    async with company(tmp_path, project=two_directors(quorum=2)) as co:
        await co.ask("riley", "set hooli to 120000")
        first = await co.approve("dana")
        assert (first.state, first.waiting_for, co.egress()) == (ProposalState.PROPOSED, 1, [])
        again = await co.approve("dana")
        assert again.refused is not None
        assert again.refused.reason == "already_decided"
        assert (await co.approve("omar")).state is ProposalState.APPROVED
        assert (await co.only()).state is ProposalState.DONE


async def test_two_people_at_once_make_a_quorum_of_two(tmp_path: Path) -> None:
    async with company(tmp_path, project=two_directors(quorum=2)) as co:
        await co.ask("riley", "set hooli to 120000")
        told = await race(co, ("dana", DecisionKind.APPROVE), ("omar", DecisionKind.APPROVE))
        assert sorted(one.waiting_for for one in told) == [0, 1]
        assert (await co.only()).state is ProposalState.APPROVED


async def test_one_rejection_outweighs_an_approval_below_the_quorum(tmp_path: Path) -> None:
    async with company(tmp_path, project=two_directors(quorum=2)) as co:
        await co.ask("riley", "set hooli to 120000")
        await co.approve("dana")
        assert (await co.reject("omar")).state is ProposalState.REJECTED
        assert co.egress() == []


async def test_a_changeset_wakes_its_run_once_when_its_last_proposal_is_settled(tmp_path: Path) -> None:
    async with company(tmp_path, TWICE) as co:
        await co.ask("riley", "two changes")
        first, second = await co.proposals()
        await co.reject("dana", first)
        assert (await co.run())["state"] == "waiting"
        await co.approve("dana", second)
        assert (await co.run())["state"] == "done"
        stats = [await co.dispatch.status(f"resume:{first.changeset}")]
        assert (stats, (await co.kinds()).count("run.answered")) == (["done"], 1)


async def test_nobody_deciding_in_time_expires_it_and_wakes_the_run(asked: Company) -> None:
    await asked.advance(timedelta(hours=4))
    assert ((await asked.only()).state, (await asked.only()).reason) == (
        ProposalState.EXPIRED, "nobody decided in time",
    )  # fmt: skip
    assert "nobody approved it in time" in await asked.answer()
    assert asked.egress() == []


async def test_a_decided_proposal_does_not_expire(asked: Company) -> None:
    await asked.approve("dana")
    await asked.advance(timedelta(hours=5))
    assert (await asked.only()).state is ProposalState.DONE


@pytest.mark.parametrize("approved", [False, True])
async def test_what_nobody_claimed_can_be_withdrawn(asked: Company, *, approved: bool) -> None:
    if approved:
        await asked.decide("dana", await asked.only(), DecisionKind.APPROVE)
    proposal = await asked.only()
    assert await asked.store.write(lambda tx: cancel(tx, asked.dispatch, proposal, by="riley", reason="mistake"))
    await asked.dispatch.run_until_idle()
    assert ((await asked.only()).state, asked.egress()) == (ProposalState.CANCELLED, [])


async def test_what_was_sent_cannot_be_withdrawn(asked: Company) -> None:
    await asked.approve("dana")
    proposal = await asked.only()
    assert not await asked.store.write(lambda tx: cancel(tx, asked.dispatch, proposal, by="riley", reason="late"))
    assert (await asked.only()).state is ProposalState.DONE
