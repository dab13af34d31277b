"""Searching, naming and describing the embedded company."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.connectors.embedded_desk import Desk, MovingClock, OpenDesk

from placet.connectors import Reader
from placet.connectors.embedded import EmbeddedOptions, EmbeddedSystem, seed_company
from placet.errors import ConnectorError, SystemMissing
from placet.vocabulary import Condition, Grade, Operation, OperationKind, as_money


async def ids(reader: Reader, object: str, *where: Condition) -> set[str]:
    page = await reader.search(object, where, limit=200)
    return {record.id for record in page.records}


async def test_every_comparison_finds_what_it_says(crm: Desk) -> None:
    deal = "crm.opportunity"
    assert await ids(crm.reader, deal, Condition("name", "is", "Hooli expansion")) == {"OPP-1001"}
    assert await ids(crm.reader, deal, Condition("name", "contains", "ROLLOUT")) == {"OPP-1004", "OPP-1005"}
    assert await ids(crm.reader, deal, Condition("id", "one_of", ["OPP-1001", "OPP-1003", "X"])) == {
        "OPP-1001", "OPP-1003",
    }  # fmt: skip
    assert await ids(crm.reader, deal, Condition("id", "one_of", [])) == set()


async def test_a_condition_and_its_opposite_share_all_records(crm: Desk) -> None:
    everything = await ids(crm.reader, "crm.account")
    for field, value in [("owner", None), ("country", "Germany"), ("region", "EMEA"), ("region", None)]:
        yes = await ids(crm.reader, "crm.account", Condition(field, "is", value))
        no = await ids(crm.reader, "crm.account", Condition(field, "is_not", value))
        assert yes | no == everything
        assert not yes & no


async def test_amounts_compare_within_their_currency(crm: Desk) -> None:
    bound = Condition("amount", "at_least", {"minor": 4_800_000, "currency": "EUR"})
    found = (await crm.reader.search("crm.opportunity", [bound], limit=200)).records
    assert {"OPP-1001", "OPP-1002"} <= {record.id for record in found}
    amounts = [as_money(record.values["amount"]) for record in found]
    assert all(one and one.currency == "EUR" and one.minor >= 4_800_000 for one in amounts)


async def test_overdue_invoices_of_a_customer_are_found(erp: Desk) -> None:
    overdue = [
        Condition("customer", "is", "CUS-1001"),
        Condition("state", "is", "posted"),
        Condition("due", "at_most", "2026-08-20"),
    ]
    assert await ids(erp.reader, "erp.invoice", *overdue) == {"INV-4002"}


@pytest.mark.parametrize(
    "condition",
    [
        Condition("stagee", "is", "won"),
        Condition("stage", "is", "closed"),
        Condition("stage", "at_least", "won"),
        Condition("amount", "contains", "1"),
        Condition("name", "one_of", "Hooli"),
        Condition("probability", "at_least", "much"),
    ],
)
async def test_a_condition_that_makes_no_sense_is_an_error(crm: Desk, condition: Condition) -> None:
    with pytest.raises(ConnectorError):
        await crm.reader.search("crm.opportunity", [condition])


async def test_a_value_is_never_read_as_sql(crm: Desk) -> None:
    assert await ids(crm.reader, "crm.account", Condition("name", "is", "x' OR '1'='1")) == set()


async def test_a_page_never_holds_more_than_200(desk: OpenDesk, tmp_path: Path, clock: MovingClock) -> None:
    seed_company(tmp_path, now=clock(), size="full")
    page = await desk("crm").reader.search("crm.account", limit=1000)
    assert len(page.records) == 200
    assert page.cursor is not None


async def test_a_page_of_nothing_cannot_be_asked_for(crm: Desk) -> None:
    with pytest.raises(ConnectorError):
        await crm.reader.search("crm.account", limit=0)


@pytest.mark.parametrize(
    ("object", "said", "meant"),
    [
        ("crm.opportunity", "Hooli expansion", ["OPP-1001"]),
        ("crm.opportunity", "the Globex deal", ["OPP-1002"]),
        ("crm.opportunity", "opp-1003", ["OPP-1003"]),
        ("crm.opportunity", "Acme rollout", ["OPP-1004", "OPP-1005"]),
        ("crm.account", "hooli", ["ACC-1001"]),
        ("erp.product", "Falcon sensors", ["PRD-1001"]),
        ("erp.product", "FS-200", ["PRD-1001"]),
        ("erp.stock", "falcon sensor lyon", ["STK-1001"]),
        ("crm.account", "no such company", []),
    ],
)
async def test_names_are_found_as_people_say_them(desk: OpenDesk, object: str, said: str, meant: list[str]) -> None:
    found = await desk(object.partition(".")[0]).reader.named(object, said)
    assert [record.id for record in found] == meant


async def test_a_deal_is_found_through_the_name_of_its_account(crm: Desk) -> None:
    made = await crm.create("crm.opportunity", name="Expansion 2027", account="ACC-1002")
    assert [one.id for one in await crm.reader.named("crm.opportunity", "Globex expansion")] == [made.record]


async def test_near_names_are_told_for_a_typo(crm: Desk) -> None:
    assert await crm.reader.nearest("crm.opportunity", "Holi expantion", limit=1) == ["Hooli expansion"]


async def test_the_probe_finds_that_a_reader_only_reads(erp: Desk) -> None:
    told = await erp.reader.probe()
    assert told["erp.invoice"] == {
        "read": True, "create": False, "update": False, "delete": False, "post": False, "cancel": False,
    }  # fmt: skip


async def test_the_readers_connection_cannot_write(crm: Desk) -> None:
    with crm.reader._file.connect() as connection, pytest.raises(Exception, match="readonly"):
        connection.exec_driver_sql("DELETE FROM account")


async def test_reading_leaves_no_trace_of_a_change(crm: Desk) -> None:
    await crm.reader.search("crm.account")
    await crm.reader.cascades(Operation(OperationKind.DELETE, "crm.account", "ACC-1001", {}, "delete"))
    assert crm.system.egress() == []


async def test_a_missing_file_says_how_to_make_it(tmp_path: Path) -> None:
    system = EmbeddedSystem("crm", tmp_path / "crm.sqlite")
    assert not system.exists()
    with pytest.raises(SystemMissing) as caught:
        await system.reader().read("crm.account", "ACC-1001")
    assert "placet demo" in caught.value.next_step
    assert not system.exists()


async def test_a_file_that_is_no_database_is_a_connector_error(tmp_path: Path) -> None:
    (tmp_path / "crm.sqlite").write_bytes(b"not a database" * 100)
    reader = EmbeddedSystem("crm", tmp_path / "crm.sqlite").reader()
    with pytest.raises(ConnectorError):
        await reader.search("crm.account")
    reader.close()


def test_options_can_differ_from_object_to_object(desk: OpenDesk) -> None:
    weak = EmbeddedOptions(grade=Grade.WEAK)
    reader = desk("crm", EmbeddedOptions(objects={"crm.note": weak})).reader
    assert reader.capabilities("crm.note").grade is Grade.WEAK
    assert reader.capabilities("crm.task").grade is Grade.ATOMIC


async def test_a_field_hash_ignores_that_someone_wrote_the_same_again(desk: OpenDesk, clock: MovingClock) -> None:
    made = desk("crm", EmbeddedOptions(grade=Grade.CLIENT_CHECK))
    before = await made.reader.read("crm.account", "ACC-1001")
    clock.forward(hours=1)
    await made.update("crm.account", "ACC-1001", phone=before.values["phone"])
    after = await made.reader.read("crm.account", "ACC-1001")
    assert before.version.startswith("fieldhash:")
    assert replace(after, values=before.values, fetched_at=before.fetched_at) == before


async def test_reader_and_writer_work_side_by_side_in_wal_mode(crm: Desk) -> None:
    await crm.update("crm.account", "ACC-1001", phone="1")
    with sqlite3.connect(crm.system.path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
