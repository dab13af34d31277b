"""Promises of the requirement table, played whole: request, proposal, decision, write, record."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from tests.support.company import Company, call, company, reference, says, with_person

from placet.models import openai_model
from placet.storage.run_rows import find_run
from placet.vocabulary import ProposalState

URL = "http://models.example/v1"
ORDER = says("order", call("order_stock", product="Falcon sensor", quantity=40))
RAISE = says("hooli", call("set_deal_amount", deal="Hooli expansion", amount=120_000))
READ = says("invoices", call("open_invoices", customer="Hooli"))


@asynccontextmanager
async def asked(folder: Path, *, person: str = "riley") -> AsyncIterator[Company]:
    """A company in which `person` asked for a new amount."""
    async with company(folder, RAISE) as co:
        await co.ask(person, "set hooli to 120000")
        yield co


@pytest.mark.requirement("ASK-3")
async def test_what_the_requester_may_not_do_is_not_even_offered_to_the_model(tmp_path: Path) -> None:
    async with company(tmp_path, RAISE) as co:
        await co.ask("omar", "set hooli to 120000")
        assert "there is no tool `set_deal_amount`" in await co.answer()
        assert (await co.proposals(), co.egress()) == ([], [])


@pytest.mark.requirement("ASK-3")
async def test_a_role_that_is_taken_away_takes_the_tools_with_it(tmp_path: Path) -> None:
    project = with_person(reference(), "riley", roles=())
    async with company(tmp_path, READ, project=project) as co:
        await co.ask("riley", "list the open invoices of hooli")
        assert await co.kinds(run=co.runs[-1]) == [
            "run.received", "model.answered", "tool.refused", "model.answered", "run.answered",
        ]  # fmt: skip


@pytest.mark.requirement("REM-1")
async def test_a_run_that_waits_is_resumed_by_another_process_days_later(tmp_path: Path) -> None:
    async with asked(tmp_path) as before:
        run, proposal = before.runs[-1], await before.only()
        later = before.clock()
    async with company(tmp_path, RAISE, now=later) as after:
        await after.approve("dana", proposal)
        row = await after.store.read(lambda tx: find_run(tx, run))
        assert row is not None
        assert (row["state"], "approved and applied" in row["answer"]) == ("done", True)
        assert [entry.key for entry in after.egress()] == [proposal.id]


@pytest.mark.requirement("REM-2")
async def test_the_ledger_says_what_was_received_proposed_approved_and_done(tmp_path: Path) -> None:
    async with asked(tmp_path) as co:
        await co.approve("dana")
        facts: dict[str, Any] = {entry.kind: dict(entry.facts) for entry in await co.ledger(run=co.runs[-1])}
        assert facts["run.received"]["request"] == "set hooli to 120000"
        assert facts["proposal.proposed"]["operation"]["fields"] == {"amount": {"minor": 12_000_000, "currency": "EUR"}}
        assert (facts["decision.recorded"]["by"], facts["decision.recorded"]["decision"]) == ("dana", "approve")
        assert (facts["attempt.ended"]["outcome"], facts["proposal.done"]["by"]) == ("applied", "executor")


@pytest.mark.requirement("REM-2")
async def test_the_ledger_keeps_what_a_tool_gave_the_model(tmp_path: Path) -> None:
    async with company(tmp_path, READ) as co:
        await co.ask("riley", "list the open invoices of hooli")
        (entry,) = [one for one in await co.ledger(run=co.runs[-1]) if one.kind == "tool.read"]
        data = entry.facts["data"]
        assert isinstance(data, list)
        assert len(data) == 2


@pytest.mark.requirement("SYS-1")
async def test_the_embedded_crm_and_erp_are_read_and_written(tmp_path: Path) -> None:
    async with company(tmp_path, ORDER, RAISE) as co:
        await co.ask("riley", "order falcon sensors")
        await co.approve("omar")
        await co.ask("riley", "set hooli to 120000")
        await co.approve("dana", (await co.proposals())[-1])
        assert [one.object for one in co.egress("erp")] == ["erp.purchase_order"]
        assert (await co.crm("OPP-1001")).values["amount"] == {"minor": 12_000_000, "currency": "EUR"}


def completion(content: str | None, *calls: dict[str, Any]) -> httpx.Response:
    """An answer of an OpenAI-compatible endpoint (platform.openai.com/docs/api-reference/chat)."""
    listed = [
        {
            "id": f"c{n}",
            "type": "function",
            "function": {"name": one["name"], "arguments": json.dumps(one["arguments"])},
        }
        for n, one in enumerate(calls)
    ]
    message = {"role": "assistant", "content": content, "tool_calls": listed or None}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    return httpx.Response(200, json={"id": "r", "object": "chat.completion", "model": "any", "choices": [choice]})


@pytest.mark.requirement("SYS-12")
async def test_any_openai_compatible_model_carries_a_whole_run(tmp_path: Path) -> None:
    model = openai_model(base_url=URL, model="any", api_key=lambda: "sk-test")
    wish = {"name": "set_deal_amount", "arguments": {"deal": "Hooli expansion", "amount": 120_000}}
    with respx.mock(assert_all_mocked=True) as router:
        route = router.post(f"{URL}/chat/completions")
        route.side_effect = [completion(None, wish), completion("The amount is 120,000.00 EUR now.")]
        async with company(tmp_path, model=model) as co:
            await co.ask("riley", "set hooli to 120000")
            await co.approve("dana")
            assert await co.answer() == "The amount is 120,000.00 EUR now."
            assert (await co.only()).state is ProposalState.DONE
        offered = json.loads(route.calls[0].request.content)["tools"]
    assert {one["function"]["name"] for one in offered} >= {"set_deal_amount", "stock_on_hand"}
