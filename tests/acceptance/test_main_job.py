"""The main job as it was promised: ask, decide, resume; beside the whole stories of `test_core_promises.py`."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.company import Company, call, company, reference, says, with_agent

from placet.dispatch.virtual_clock import START
from placet.engine.intake import Request, receive
from placet.models import Script, ScriptedAnswer, build_model
from placet.vocabulary import DecisionKind, ProposalState

STOCK_THEN_DEAL = Script(
    "hooli",
    (
        ScriptedAnswer(calls=(call("stock_on_hand", product="Falcon sensor"), call("find_deals", query="Hooli"))),
        ScriptedAnswer(calls=(call("set_deal_amount", deal="Hooli expansion", amount=120_000),), confidence="0.9"),
        ScriptedAnswer(text="There is stock, and the deal is set. {results}"),
    ),
)
ORDER = says("order", call("order_stock", product="Falcon sensor", quantity=20))


@pytest.mark.requirement("ASK-2")
async def test_one_run_reads_the_erp_and_the_crm_and_proposes_from_both(tmp_path: Path) -> None:
    async with company(tmp_path, STOCK_THEN_DEAL) as co:
        run = await co.ask("riley", "is there stock for hooli? then set it to 120000")
        read = [entry.facts["tool"] for entry in await co.ledger(run=run) if entry.kind == "tool.read"]
        assert read == ["stock_on_hand", "find_deals"]
        sources = [one.source for one in (await co.only()).evidence]
        assert sources == ["message from Riley Park", "stock_on_hand", "find_deals"]
        await co.approve("dana")
        assert "approved and applied" in await co.answer()


@pytest.mark.requirement("ASK-3")
async def test_the_same_request_does_only_what_its_requester_may(tmp_path: Path) -> None:
    async with company(tmp_path, ORDER, STOCK_THEN_DEAL) as co:
        await co.ask("priya", "order 20")
        assert (await co.proposals(), "tool_unknown" in await co.answer()) == ([], True)
        await co.ask("riley", "order 20")
        assert [one.requester for one in await co.proposals()] == ["riley"]


@pytest.mark.requirement("ASK-3")
async def test_the_model_is_shown_no_tool_that_person_or_agent_may_not_use(tmp_path: Path) -> None:
    narrow = with_agent(reference(), scopes=tuple(sorted(reference().policies.scopes_of("omar"))))
    async with company(tmp_path, ORDER, project=narrow) as co:
        await co.ask("riley", "order 20")
        assert set(co.model.bound_tool_names) == {"stock_on_hand", "order_stock"}  # type: ignore[attr-defined]  # scripted


@pytest.mark.requirement("ASK-4")
async def test_a_request_from_anywhere_needs_no_slack(co: Company) -> None:
    request = Request(
        event="intake-1", source="intake", person=co.person("riley"), agent="sales-assistant", graph="assistant",
        graph_version="1", text="set hooli to 120000",
    )  # fmt: skip
    run = await co.store.write(lambda tx: receive(tx, co.dispatch, request))
    await co.dispatch.run_until_idle()
    await co.approve("dana")
    assert "approved and applied" in await co.answer(run or "")


@pytest.mark.requirement("DEC-1")
async def test_before_a_write_the_run_pauses_until_it_is_decided(asked: Company) -> None:
    graph = asked.app.runner._graphs["assistant"]
    paused = await graph.aget_state({"configurable": {"thread_id": asked.runs[-1]}})
    proposal = await asked.only()
    assert (paused.next, [one.value for one in paused.interrupts]) == (
        ("wait",), [{"changeset": proposal.changeset}],
    )  # fmt: skip
    await asked.advance(timedelta(hours=3))
    assert ((await asked.run())["state"], asked.egress()) == ("waiting", [])
    assert (await asked.crm("OPP-1001")).values["amount"] == {"minor": 9_500_000, "currency": "EUR"}
    await asked.approve("dana")
    assert (await asked.crm("OPP-1001")).values["amount"] == {"minor": 12_000_000, "currency": "EUR"}


@pytest.mark.requirement("DEC-2")
async def test_a_rejection_reaches_the_agent_with_its_reason_and_is_not_tried_again(tmp_path: Path) -> None:
    insists = Script("hooli", (*STOCK_THEN_DEAL.answers[:2], STOCK_THEN_DEAL.answers[1], ScriptedAnswer("{results}")))
    async with company(tmp_path, insists) as co:
        await co.ask("riley", "set hooli to 120000")
        await co.reject("dana", reason="the price list is not out yet")
        assert [one.state for one in await co.proposals()] == [ProposalState.REJECTED]
        answer = await co.answer()
        assert "the price list is not out yet" in answer
        assert "rejected_before" in answer
        assert co.egress() == []


@pytest.mark.requirement("REM-1")
async def test_what_was_approved_before_a_restart_is_sent_after_it(asked: Company, tmp_path: Path) -> None:
    proposal = await asked.only()
    await asked.decide("dana", proposal, DecisionKind.APPROVE)
    async with company(tmp_path, now=START + timedelta(minutes=1)) as again:
        await again.app.executor.execute(proposal.id)
        await again.dispatch.run_until_idle()
        assert ((await again.only()).state, (await again.run(proposal.run))["state"]) == (ProposalState.DONE, "done")


@pytest.mark.requirement("WF-1")
async def test_the_sales_assistant_looks_up_proposes_notes_and_answers(tmp_path: Path) -> None:
    note = says("note", call("log_note", account="Globex", text="Wants a quote"), then="Noted: {results}")
    async with company(tmp_path, STOCK_THEN_DEAL, note) as co:
        await co.ask("riley", "note that Globex wants a quote")
        assert "approved and applied" in await co.answer()
        assert (await co.only()).ruling.rule == "note-or-task"
        await co.ask("riley", "set hooli to 120000")
        await co.approve("dana", (await co.proposals())[-1])
        assert "There is stock, and the deal is set." in await co.answer()


@pytest.mark.slow
@pytest.mark.requirement("SYS-12")
async def test_the_local_model_drives_the_whole_job(tmp_path: Path) -> None:
    model = build_model("local")
    async with company(tmp_path, model=model) as co:
        await co.ask("riley", "set the amount of the Hooli expansion deal to 120000")
        assert (await co.only()).operation.fields == {"amount": {"minor": 12_000_000, "currency": "EUR"}}
        await co.approve("dana")
        assert "Done: *Hooli expansion: amount 95,000.00 EUR → 120,000.00 EUR" in await co.answer()
    model.close()  # type: ignore[attr-defined]  # the local model has a process to end
