"""Proposing: one wish is one proposal, whatever is repeated, and a rejected wish stays rejected."""

from dataclasses import replace
from pathlib import Path

from tests.support.company import Company, call, company, reference, says, with_agent

from placet.approvals import propose
from placet.models import Script, ScriptedAnswer
from placet.storage.outbox_rows import copies_of
from placet.vocabulary import Limits, ProposalState

NOTE = call("log_note", account="Hooli", text="Called, all well")
SET = call("set_deal_amount", deal="Hooli expansion", amount=120_000)
INSISTS = Script("hooli", tuple(ScriptedAnswer(calls=(SET,), confidence="0.9") for _ in range(3)))


async def test_every_person_who_may_decide_gets_one_card(asked: Company) -> None:
    proposal = await asked.only()
    cards = await asked.store.read(lambda tx: copies_of(tx, proposal.changeset, "card"))
    assert [card["person"] for card in cards] == ["dana"]


async def test_a_turn_that_is_played_again_adds_nothing(asked: Company) -> None:
    first = await asked.only()
    again = replace(first, id="P-AGAIN", changeset="C-AGAIN")
    written = await asked.store.write(
        lambda tx: propose(tx, asked.dispatch, asked.policies, run=first.run, turn=0, drafts=[again])
    )
    assert (written, [one.id for one in await asked.proposals()]) == (first.changeset, [first.id])


async def test_a_rejected_wish_is_not_proposed_again_in_its_run(tmp_path: Path) -> None:
    async with company(tmp_path, INSISTS) as co:
        await co.ask("riley", "set hooli")
        await co.reject("dana", reason="budget is frozen")
        assert [one.state for one in await co.proposals()] == [ProposalState.REJECTED]
        refused = [one.facts for one in await co.ledger() if one.kind == "tool.refused"]
        assert {one["code"] for one in refused} == {"rejected_before"}
        assert "budget is frozen" in str(refused[0]["message"])


async def test_the_same_wish_in_another_run_is_a_new_question(tmp_path: Path) -> None:
    async with company(tmp_path, INSISTS) as co:
        await co.ask("riley", "set hooli")
        await co.reject("dana")
        await co.ask("riley", "set hooli")
        assert [one.state for one in await co.proposals()] == [ProposalState.REJECTED, ProposalState.PROPOSED]


async def test_the_same_wish_twice_in_one_answer_is_one_proposal(tmp_path: Path) -> None:
    async with company(tmp_path, says("note", NOTE, NOTE)) as co:
        await co.ask("riley", "note it")
        assert len(await co.proposals()) == 1
        assert len(co.egress()) == 1


async def test_a_wish_that_was_granted_is_not_proposed_again_in_its_run(tmp_path: Path) -> None:
    insists = Script("note", tuple(ScriptedAnswer(calls=(NOTE,), confidence="0.9") for _ in range(3)))
    async with company(tmp_path, insists) as co:
        await co.ask("riley", "note it")
        assert [row.change for row in co.egress()] == ["insert"]


async def test_a_run_proposes_no_more_than_its_agent_may(tmp_path: Path) -> None:
    limited = with_agent(reference(), limits=Limits(proposals_per_run=2))
    calls = [call("set_deal_amount", deal="Hooli expansion", amount=100_000 + one) for one in range(5)]
    async with company(tmp_path, says("hooli", *calls), project=limited) as co:
        await co.ask("riley", "set hooli")
        assert len(await co.proposals()) == 2
        codes = [one.facts["code"] for one in await co.ledger() if one.kind == "tool.refused"]
        assert codes == ["limit_reached"] * 3


async def test_the_limit_of_a_run_counts_over_all_its_turns(tmp_path: Path) -> None:
    limited = with_agent(reference(), limits=Limits(proposals_per_run=2))
    turns = tuple(
        ScriptedAnswer(calls=(call("log_note", account="Hooli", text=f"note {one}"),), confidence="0.9")
        for one in range(4)
    )
    async with company(tmp_path, Script("note", turns), project=limited) as co:
        await co.ask("riley", "note it")
        assert len(await co.proposals()) == 2


async def test_a_request_that_comes_twice_is_one_run(co: Company) -> None:
    from placet.engine.intake import Request, receive

    request = Request(
        event="e-1", source="test", person=co.person("riley"), agent="sales-assistant", graph="assistant",
        graph_version="1", text="set hooli to 120000",
    )  # fmt: skip
    runs = [await co.store.write(lambda tx: receive(tx, co.dispatch, request)) for _ in range(5)]
    await co.dispatch.run_until_idle()
    assert (runs[1:], len(await co.proposals())) == ([None] * 4, 1)
