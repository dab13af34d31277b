"""Transitions and what they change beside the record: foretold by the reader, carried out by the writer."""

import pytest
from tests.integration.connectors.embedded_desk import Desk, money

from placet.vocabulary import Condition, Operation, OperationKind, OutcomeKind

SALE, PURCHASE, INVOICE = "erp.sales_order", "erp.purchase_order", "erp.invoice"


def step(object: str, record: str, verb: str) -> Operation:
    return Operation(OperationKind.TRANSITION, object, record, {}, verb)


async def stock(erp: Desk, field: str) -> list[int]:
    page = await erp.reader.search("erp.stock", [Condition("product", "is", "PRD-1001")])
    return [int(str(record.values[field])) for record in page.records]


async def test_confirming_a_sale_reserves_stock_across_warehouses(erp: Desk) -> None:
    made = await erp.create(SALE, customer="CUS-1001", product="PRD-1001", quantity=40)
    told = await erp.reader.cascades(step(SALE, made.record, "confirm"))
    await erp.transition(SALE, made.record, "confirm")
    assert await erp.value(SALE, made.record, "state") == "confirmed"
    assert await stock(erp, "reserved") == [34, 6]
    assert told == (
        "reserved stock of `Falcon sensor / Lyon` rises by 34 (34 free)",
        "reserved stock of `Falcon sensor / Rotterdam` rises by 6 (8 free)",
    )


async def test_cancelling_a_sale_releases_what_it_reserved(erp: Desk) -> None:
    await erp.transition(SALE, "SO-2041", "confirm")
    await erp.transition(SALE, "SO-2041", "cancel")
    assert await stock(erp, "reserved") == [0, 0]
    assert await erp.value(SALE, "SO-2041", "state") == "cancelled"


async def test_a_sale_beyond_the_free_stock_is_refused_whole(erp: Desk) -> None:
    made = await erp.create(SALE, customer="CUS-1001", product="PRD-1001", quantity=43)
    outcome = await erp.transition(SALE, made.record, "confirm")
    assert (outcome.kind, outcome.message) == (OutcomeKind.INVALID, "only 42 of 43 are free on stock")
    assert await stock(erp, "reserved") == [0, 0]
    assert await erp.value(SALE, made.record, "state") == "draft"


async def test_a_customer_on_hold_gets_no_confirmed_order_and_the_reader_foretells_it(erp: Desk) -> None:
    made = await erp.create(SALE, customer="CUS-1002", product="PRD-1001", quantity=1)
    told = await erp.reader.cascades(step(SALE, made.record, "confirm"))
    outcome = await erp.transition(SALE, made.record, "confirm")
    assert outcome.kind is OutcomeKind.INVALID
    assert told == (f"the system will refuse: {outcome.message}",)
    assert "`Globex` is on hold" in outcome.message


async def test_confirming_a_purchase_raises_incoming_stock_where_least_is_on_hand(erp: Desk) -> None:
    made = await erp.create(PURCHASE, supplier="SUP-1001", product="PRD-1001", quantity=60)
    await erp.transition(PURCHASE, made.record, "confirm")
    assert await stock(erp, "incoming") == [0, 60]
    await erp.transition(PURCHASE, made.record, "cancel")
    assert await stock(erp, "incoming") == [0, 0]


async def test_a_purchase_for_another_warehouse_opens_stock_there(erp: Desk) -> None:
    made = await erp.create(PURCHASE, supplier="SUP-1001", product="PRD-1001", quantity=5, warehouse="Yokohama")
    await erp.transition(PURCHASE, made.record, "confirm")
    found = await erp.reader.named("erp.stock", "Falcon sensor / Yokohama")
    assert [record.values["incoming"] for record in found] == [5]


async def test_cancelling_an_invoice_creates_a_credit_note_over_its_total(erp: Desk) -> None:
    told = await erp.reader.cascades(step(INVOICE, "INV-4001", "cancel"))
    await erp.transition(INVOICE, "INV-4001", "cancel")
    found = await erp.reader.search("erp.credit_note", [Condition("invoice", "is", "INV-4001")])
    assert [record.values["total"] for record in found.records] == [{"minor": 1_284_000, "currency": "EUR"}]
    assert told == ("creates a posted credit note over 12,840.00 EUR",)


async def test_posting_an_invoice_makes_it_final(erp: Desk) -> None:
    made = await erp.create(INVOICE, customer="CUS-1001", total=money(100), due="2026-09-30")
    await erp.transition(INVOICE, made.record, "post")
    again = await erp.transition(INVOICE, made.record, "post")
    assert (await erp.update(INVOICE, made.record, due="2026-10-31")).kind is OutcomeKind.INVALID
    assert "is `posted`; `post` needs it to be `draft`" in again.message


async def test_an_order_someone_confirmed_first_is_a_conflict(erp: Desk) -> None:
    base = (await erp.reader.read(SALE, "SO-2041")).version
    await erp.transition(SALE, "SO-2041", "confirm")
    late = await erp.send(step(SALE, "SO-2041", "confirm"), base=base)
    assert late.kind is OutcomeKind.CONFLICT
    assert sum(await stock(erp, "reserved")) == 20


async def test_a_repeated_transition_under_its_key_cascades_once(erp: Desk) -> None:
    base = (await erp.reader.read(SALE, "SO-2041")).version
    kinds = [(await erp.send(step(SALE, "SO-2041", "confirm"), base=base, key="p-1")).kind for _ in range(3)]
    assert kinds == [OutcomeKind.APPLIED, OutcomeKind.ALREADY_APPLIED, OutcomeKind.ALREADY_APPLIED]
    assert sum(await stock(erp, "reserved")) == 20


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (
            Operation(OperationKind.UPDATE, SALE, "SO-2041", {"quantity": 10}, "update"),
            "the total becomes 2,400.00 EUR",
        ),
        (Operation(OperationKind.DELETE, "erp.supplier", "SUP-1001", {}, "delete"), "still use it"),
        (Operation(OperationKind.DELETE, "erp.supplier", "SUP-0", {}, "delete"), "no erp.supplier `SUP-0` is visible"),
        (step(INVOICE, "INV-4001", "post"), "needs it to be `draft`"),
    ],
)
async def test_the_reader_foretells_what_a_change_brings(erp: Desk, operation: Operation, said: str) -> None:
    assert any(said in words for words in await erp.reader.cascades(operation))


async def test_a_plain_change_brings_nothing_else(crm: Desk) -> None:
    operation = Operation(OperationKind.UPDATE, "crm.opportunity", "OPP-1001", {"stage": "won"}, "update")
    assert await crm.reader.cascades(operation) == ()
