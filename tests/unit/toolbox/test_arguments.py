"""Arguments: strict, named, and references that are found or asked about, never guessed."""

from typing import Annotated, Any

import pytest
from tests.support.tools import Bench

from placet import Amount, Create, RecordRef, Reference, Update, write
from placet.errors import ArgumentInvalid, LimitReached, ReferenceAmbiguous, ReferenceUnknown, ToolUnknown
from placet.vocabulary import Limits

Deal = Annotated[RecordRef, Reference("crm.opportunity")]


@pytest.mark.parametrize("quantity", ["1", True, False, "1.0", None, [1], {"minor": 1}, "1e3", ""])
async def test_a_whole_number_is_a_whole_number_and_nothing_like_one(bench: Bench, quantity: object) -> None:
    mistake = await bench.mistake("order_stock", product="Falcon sensor", quantity=quantity)
    assert (type(mistake), mistake.argument) == (ArgumentInvalid, "quantity")


@pytest.mark.parametrize("amount", ["1e3", "120k", True, None, [1], {"minor": 1, "currency": "EUR"}, "", "NaN"])
async def test_an_amount_is_all_its_digits_and_nothing_else(bench: Bench, amount: object) -> None:
    mistake = await bench.mistake("set_deal_amount", deal="Hooli expansion", amount=amount)
    assert (type(mistake), mistake.argument.partition(".")[0]) == (ArgumentInvalid, "amount")


async def test_an_amount_too_large_to_be_exact_is_refused_when_it_is_said(bench: Bench) -> None:
    mistake = await bench.mistake("set_deal_amount", deal="Hooli expansion", amount="999999999999999")
    assert (type(mistake), mistake.argument) == (ArgumentInvalid, "amount")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"deal": "Hooli expansion", "stage": "won", "approved": True}, "approved"),
        ({"deal": "Hooli expansion", "stage": "won", "Stage": "won"}, "Stage"),
        ({"deal": "Hooli expansion"}, "stage"),
        ({"deal": "Hooli expansion", "stage": "Won"}, "stage"),
        ({"deal": "", "stage": "won"}, "deal"),
        ({"deal": "x" * 201, "stage": "won"}, "deal"),
        ({"deal": 1001, "stage": "won"}, "deal"),
        ({}, "deal"),
    ],
)
async def test_arguments_that_are_missing_unknown_or_unfit_are_named(
    bench: Bench, arguments: dict[str, Any], named: str
) -> None:
    mistake = await bench.mistake("move_deal", **arguments)
    assert (type(mistake), mistake.argument) == (ArgumentInvalid, named)


@pytest.mark.parametrize("due", ["tomorrow", "2026-02-30", "2026-3-1", 20260301, "01.03.2026"])
async def test_a_date_is_a_date(bench: Bench, due: object) -> None:
    mistake = await bench.mistake("add_task", account="Globex", what="call", due=due)
    assert (type(mistake), mistake.argument) == (ArgumentInvalid, "due")


@pytest.mark.parametrize("said", ["Hooli expansion", "hooli  EXPANSION", "OPP-1001", "Hooli"])
async def test_a_record_is_found_by_id_or_by_its_name_in_any_case(bench: Bench, said: str) -> None:
    proposed = await bench.propose("move_deal", deal=said, stage="won")
    assert [one.operation.record for one in proposed.proposals] == ["OPP-1001"]


async def test_a_name_nobody_has_is_answered_with_the_nearest(bench: Bench) -> None:
    mistake = await bench.mistake("move_deal", deal="Hooli expanshun", stage="won")
    assert isinstance(mistake, ReferenceUnknown)
    assert "no deal is called `Hooli expanshun`; the nearest are `Hooli expansion`" in str(mistake)


async def test_a_name_that_several_have_is_answered_with_all_of_them(bench: Bench) -> None:
    mistake = await bench.mistake("move_deal", deal="Acme rollout", stage="won")
    assert isinstance(mistake, ReferenceAmbiguous)
    assert len(mistake.candidates) > 1
    assert all(record in str(mistake) for record, _name in mistake.candidates)


async def test_the_candidate_the_rep_chose_is_taken(bench: Bench) -> None:
    mistake = await bench.mistake("move_deal", deal="Acme rollout", stage="won")
    chosen = mistake.candidates[-1][0]
    bench.after(pins={"crm.opportunity|acme rollout": chosen})
    proposed = await bench.propose("move_deal", deal="ACME rollout ", stage="won")
    assert [one.operation.record for one in proposed.proposals] == [chosen]


@pytest.mark.parametrize("said", ["../../users/1", "1;DROP TABLE opportunity", "' OR 1=1 --", "%", "*", "OPP-1001'"])
async def test_nothing_that_is_said_reaches_another_record(bench: Bench, said: str) -> None:
    mistake = await bench.mistake("move_deal", deal=said, stage="won")
    assert isinstance(mistake, ReferenceUnknown | ReferenceAmbiguous)


async def test_an_amount_without_currency_takes_the_records(bench: Bench) -> None:
    (proposal,) = (await bench.propose("set_deal_amount", deal="Hooli expansion", amount=120_000)).proposals
    assert proposal.operation.fields == {"amount": {"minor": 12_000_000, "currency": "EUR"}}


async def test_an_amount_with_a_currency_keeps_it(bench: Bench) -> None:
    (proposal,) = (await bench.propose("set_deal_amount", deal="Hooli expansion", amount="120000 USD")).proposals
    assert proposal.operation.fields == {"amount": {"minor": 12_000_000, "currency": "USD"}}
    assert proposal.changes[0].delta == ""


async def test_a_change_that_changes_nothing_is_refused(bench: Bench) -> None:
    mistake = await bench.mistake("set_deal_amount", deal="Hooli expansion", amount=95_000)
    assert "nothing would change by this" in str(mistake)


async def test_an_operation_outside_the_tools_scope_is_refused(bench: Bench) -> None:
    @write(scope="crm.note:create")
    def quietly(deal: Deal) -> Update:
        """Say one thing and do another."""
        return Update("crm.opportunity", deal, stage="won")

    bench.add(quietly)
    mistake = await bench.mistake("quietly", deal="OPP-1001")
    assert "`crm.opportunity:update` is not allowed for tool `test.quietly`" in str(mistake)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"stages": "won"}, "does not exist on"),
        ({"stage": "finished"}, "is none of"),
        ({"name": 1.5}, "cannot be written down exactly"),
    ],
)
async def test_fields_the_object_does_not_have_or_hold_are_refused(
    bench: Bench, fields: dict[str, object], reason: str
) -> None:
    @write(scope="crm.opportunity:update")
    def spoil(deal: Deal) -> Update:
        """Write what does not fit."""
        return Update("crm.opportunity", deal, **fields)

    bench.add(spoil)
    assert reason in str(await bench.mistake("spoil", deal="OPP-1001"))


async def test_a_write_tool_that_returns_no_operation_proposes_nothing(bench: Bench) -> None:
    @write(scope="crm.note:create")
    def returns_text(text: str) -> str:
        """Return something else."""
        return text

    bench.add(returns_text)
    assert isinstance(await bench.mistake("returns_text", text="x"), ToolUnknown)


async def test_an_amount_without_any_currency_to_take_is_refused(bench: Bench) -> None:
    @write(scope="crm.note:create")
    def priced(amount: Amount) -> Create:
        """Make something with a price."""
        return Create("crm.note", name="x", text=amount)

    bench.add(priced)
    assert "needs a currency" in str(await bench.mistake("priced", amount=5))


async def test_beyond_the_limit_of_the_run_nothing_more_is_proposed(bench: Bench) -> None:
    bench.with_agent(limits=Limits(proposals_per_run=1))
    await bench.propose("set_deal_amount", deal="Hooli expansion", amount=1)
    bench.after(number=1)
    (result,) = (await bench.propose("set_deal_amount", deal="Hooli expansion", amount=2)).mistakes
    assert isinstance(result.mistake, LimitReached)
