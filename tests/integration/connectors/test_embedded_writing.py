"""Changing the embedded company: what is applied, what is refused and why."""

import asyncio
import sqlite3

import pytest
from tests.integration.connectors.embedded_desk import Desk, MovingClock, OpenDesk, money

from placet.connectors.embedded import EmbeddedOptions
from placet.testing.conformance_connectors import grant_for
from placet.vocabulary import Grade, Operation, OperationKind, OutcomeKind

DEAL = "crm.opportunity"


async def test_an_update_tells_the_record_after_the_change(crm: Desk) -> None:
    amount = money(12_000_000)
    outcome = await crm.update(DEAL, "OPP-1001", stage="negotiation", amount=amount)
    record = await crm.reader.read(DEAL, "OPP-1001")
    assert outcome.kind is OutcomeKind.APPLIED
    assert (outcome.values, outcome.version) == (record.values, record.version)
    assert record.values["amount"] == amount


async def test_a_new_record_gets_a_readable_id_and_defaults(crm: Desk) -> None:
    outcome = await crm.create(DEAL, name="Fresh", account="ACC-1001")
    assert outcome.record.startswith("OPP-")
    assert await crm.value(DEAL, outcome.record, "stage") == "prospecting"


async def test_an_id_is_never_given_twice(crm: Desk) -> None:
    first = await crm.create("crm.task", name="Call")
    await crm.delete("crm.task", first.record)
    second = await crm.create("crm.task", name="Call")
    assert second.record != first.record


async def test_a_deleted_record_is_gone(crm: Desk) -> None:
    made = await crm.create("crm.task", name="Call")
    outcome = await crm.delete("crm.task", made.record)
    page = await crm.reader.search("crm.task", limit=200)
    assert outcome.kind is OutcomeKind.APPLIED
    assert made.record not in {record.id for record in page.records}


async def test_a_record_in_use_is_not_deleted(crm: Desk) -> None:
    outcome = await crm.delete("crm.account", "ACC-1001")
    assert outcome.kind is OutcomeKind.INVALID
    assert "is still used by" in outcome.message
    assert await crm.value("crm.account", "ACC-1001", "name") == "Hooli"


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (Operation(OperationKind.UPDATE, DEAL, "OPP-1001", {"account": "ACC-0"}, "update"), "no crm.account is called"),
        (Operation(OperationKind.UPDATE, DEAL, "OPP-1001", {}, "update"), "needs fields"),
        (Operation(OperationKind.UPDATE, DEAL, "OPP-1001", {"stage": "won"}, "read"), "cannot have the verb"),
        (Operation(OperationKind.UPDATE, DEAL, "", {"stage": "won"}, "update"), "needs a record id"),
        (Operation(OperationKind.CREATE, DEAL, "", {"name": "X"}, "create"), "`account` is required"),
        (Operation(OperationKind.CREATE, DEAL, "OPP-9", {"name": "X"}, "create"), "takes no record id"),
        (Operation(OperationKind.DELETE, DEAL, "OPP-1001", {"name": "X"}, "delete"), "takes no fields"),
        (Operation(OperationKind.TRANSITION, DEAL, "OPP-1001", {}, "win"), "has no transition `win`"),
        (Operation(OperationKind.CALL, DEAL, "", {"x": 1}, "mail"), "has no call `mail`"),
        (Operation(OperationKind.CREATE, "erp.product", "", {"name": "X"}, "create"), "has no object"),
    ],
)
async def test_what_does_not_fit_is_invalid_and_says_why(crm: Desk, operation: Operation, said: str) -> None:
    outcome = await crm.send(operation, base="1")
    assert outcome.kind is OutcomeKind.INVALID
    assert said in outcome.message
    assert crm.system.egress() == []


async def test_the_total_of_an_order_is_worked_out_by_the_system(erp: Desk) -> None:
    made = await erp.create("erp.sales_order", customer="CUS-1001", product="PRD-1001", quantity=3)
    assert await erp.value("erp.sales_order", made.record, "unit_price") == money(24_000)
    assert await erp.value("erp.sales_order", made.record, "total") == money(72_000)
    await erp.update("erp.sales_order", made.record, quantity=5)
    assert await erp.value("erp.sales_order", made.record, "total") == money(120_000)


async def test_a_posted_invoice_is_locked_but_for_its_reference(erp: Desk) -> None:
    locked = await erp.update("erp.invoice", "INV-4001", total=money(1))
    free = await erp.update("erp.invoice", "INV-4001", reference="PO 1")
    gone = await erp.delete("erp.invoice", "INV-4001")
    assert (locked.kind, free.kind, gone.kind) == (OutcomeKind.INVALID, OutcomeKind.APPLIED, OutcomeKind.INVALID)
    assert "can no longer be edited" in locked.message


async def test_six_writes_at_once_on_one_version_make_one_change(crm: Desk) -> None:
    base = (await crm.reader.read(DEAL, "OPP-1001")).version
    operations = [
        Operation(OperationKind.UPDATE, DEAL, "OPP-1001", {"probability": number}, "update") for number in range(6)
    ]
    outcomes = await asyncio.gather(*(crm.send(one, base=base) for one in operations))
    kinds = [outcome.kind for outcome in outcomes]
    assert kinds.count(OutcomeKind.APPLIED) == 1
    assert kinds.count(OutcomeKind.CONFLICT) == 5


async def test_an_update_without_a_base_version_is_a_conflict(crm: Desk) -> None:
    operation = Operation(OperationKind.UPDATE, DEAL, "OPP-1001", {"stage": "won"}, "update")
    assert (await crm.send(operation, base="")).kind is OutcomeKind.CONFLICT


async def test_a_weak_grade_cannot_see_a_change_within_the_same_second(desk: OpenDesk, clock: MovingClock) -> None:
    crm = desk("crm", EmbeddedOptions(grade=Grade.WEAK))
    await crm.update(DEAL, "OPP-1001", probability=10)
    base = (await crm.reader.read(DEAL, "OPP-1001")).version
    await crm.update(DEAL, "OPP-1001", probability=20)
    stale = Operation(OperationKind.UPDATE, DEAL, "OPP-1001", {"probability": 30}, "update")
    assert (await crm.send(stale, base=base)).kind is OutcomeKind.APPLIED


async def test_a_client_check_states_its_window_and_can_lose_an_update_in_it(desk: OpenDesk) -> None:
    crm = desk("crm", EmbeddedOptions(grade=Grade.CLIENT_CHECK))
    ticks = iter([10.0, 10.25])
    crm.writer._monotonic = lambda: next(ticks)

    def meddle() -> None:
        with sqlite3.connect(crm.system.path) as connection:
            connection.execute("UPDATE opportunity SET probability = 99 WHERE id = 'OPP-1001'")
        connection.close()

    crm.faults.hooks = {"after_compare": meddle}
    outcome = await crm.update(DEAL, "OPP-1001", probability=30)
    assert (outcome.kind, outcome.window_ms) == (OutcomeKind.APPLIED, 250)
    assert await crm.value(DEAL, "OPP-1001", "probability") == 30


async def test_a_grant_is_verified_with_the_operation_and_its_base_version(crm: Desk) -> None:
    seen: list[tuple[str, Operation, str]] = []
    crm.writer._verify = lambda grant, operation, base: seen.append((grant.digest, operation, base))
    operation = Operation(OperationKind.UPDATE, DEAL, "OPP-1001", {"stage": "won"}, "update")
    await crm.send(operation, base="1", key="proposal-1")
    assert seen == [(grant_for(operation, "proposal-1").digest, operation, "1")]


async def test_a_grant_for_another_proposal_is_denied(crm: Desk) -> None:
    operation = Operation(OperationKind.UPDATE, DEAL, "OPP-1001", {"stage": "won"}, "update")
    grant = grant_for(operation, "proposal-1")
    outcome = await crm.writer.apply(grant, operation, key="proposal-2", base_version="1")
    assert outcome.kind is OutcomeKind.DENIED
    assert await crm.value(DEAL, "OPP-1001", "stage") == "qualification"
