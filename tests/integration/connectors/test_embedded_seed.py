"""The seeded company: the same every time, the story in it, and as messy as real ones."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.integration.connectors.embedded_desk import Desk, OpenDesk

from placet.connectors.embedded import System, seed_company
from placet.connectors.embedded.seed_words import HOSTILE
from placet.vocabulary import Condition, as_money

NOW = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)
TODAY = "2026-08-20"


def dump(path: Path) -> str:
    connection = sqlite3.connect(path)
    text = "\n".join(connection.iterdump())
    connection.close()
    return text


@pytest.mark.parametrize("file", ["crm.sqlite", "erp.sqlite"])
def test_the_same_seed_and_time_give_the_same_rows(tmp_path: Path, seeded: Path, file: str) -> None:
    seed_company(tmp_path / "again", now=NOW)
    assert dump(tmp_path / "again" / file) == dump(seeded / file)


def test_another_seed_gives_other_rows(tmp_path: Path, seeded: Path) -> None:
    seed_company(tmp_path / "other", seed=8, now=NOW)
    assert dump(tmp_path / "other" / "crm.sqlite") != dump(seeded / "crm.sqlite")


def test_seeding_again_replaces_what_was_there(tmp_path: Path) -> None:
    first = seed_company(tmp_path, now=NOW)["crm"]
    with sqlite3.connect(first.path) as connection:
        connection.execute("DELETE FROM account")
    connection.close()
    again = seed_company(tmp_path, now=NOW)["crm"]
    assert again.egress() == []
    assert "Hooli expansion" in dump(again.path)


@pytest.mark.parametrize(
    ("record", "name", "minor", "currency", "stage"),
    [
        ("OPP-1001", "Hooli expansion", 9_500_000, "EUR", "qualification"),
        ("OPP-1002", "Globex renewal", 4_800_000, "EUR", "proposal"),
        ("OPP-1003", "Initech pilot", 1_250_000, "USD", "prospecting"),
    ],
)
async def test_the_deals_of_the_story_are_there(
    crm: Desk, record: str, name: str, minor: int, currency: str, stage: str
) -> None:
    values = (await crm.reader.read("crm.opportunity", record)).values
    assert (values["name"], values["stage"]) == (name, stage)
    assert values["amount"] == {"minor": minor, "currency": currency}
    assert values["owner"] == "riley@merle-instruments.example"


async def test_the_stock_of_the_falcon_sensor_is_below_its_reorder_point(erp: Desk) -> None:
    product = (await erp.reader.named("erp.product", "FS-200"))[0]
    stock = await erp.reader.search("erp.stock", [Condition("product", "is", product.id)])
    supplier = await erp.reader.read("erp.supplier", str(product.values["supplier"]))
    assert [one.values["on_hand"] for one in stock.records] == [34, 8]
    assert product.values["reorder_point"] == 50
    assert supplier.name == "Kestrel Components"


async def test_hooli_owes_two_invoices_and_one_of_them_is_overdue(erp: Desk) -> None:
    open_ones = [Condition("customer", "is", "CUS-1001"), Condition("state", "is", "posted")]
    due = [str(one.values["due"]) for one in (await erp.reader.search("erp.invoice", open_ones)).records]
    assert [day < TODAY for day in due] == [False, True]
    assert await erp.value("erp.customer", "CUS-1002", "on_hold") is True


async def test_the_data_is_as_messy_as_real_data(crm: Desk) -> None:
    accounts, deals = await crm.all_of("crm.account"), await crm.all_of("crm.opportunity")
    contacts = await crm.all_of("crm.contact")
    assert {"Hooli", "Hooli Inc.", "HOOLI, Inc"} <= {one["name"] for one in accounts}
    assert any(one["owner"] == "" for one in accounts)
    assert any(one["account"] == "ACC-9999" for one in contacts)
    assert any("@" in str(one["phone"]) for one in contacts)
    assert {money.currency for one in deals if (money := as_money(one["amount"]))} == {"EUR", "USD", "GBP", "JPY"}
    assert any(str(one["close_date"]) < TODAY and one["stage"] not in {"won", "lost"} for one in deals)


async def test_some_texts_try_to_give_orders(crm: Desk) -> None:
    messages = {one["message"] for one in await crm.all_of("crm.lead")}
    notes = {one["text"] for one in await crm.all_of("crm.note")}
    assert messages & set(HOSTILE)
    assert notes & set(HOSTILE)


@pytest.mark.parametrize(
    ("system", "object", "count"),
    [
        ("crm", "account", 40),
        ("crm", "contact", 60),
        ("crm", "lead", 40),
        ("crm", "opportunity", 45),
        ("erp", "product", 25),
        ("erp", "invoice", 60),
    ],
)
async def test_the_small_company_has_its_size_and_the_full_one_ten_times_that(
    tmp_path: Path, desk: OpenDesk, system: System, object: str, count: int
) -> None:
    small = await desk(system).all_of(f"{system}.{object}")
    full = seed_company(tmp_path / "full", now=NOW, size="full")[system]
    with sqlite3.connect(full.path) as connection:
        found = connection.execute(f"SELECT count(*), count(DISTINCT id) FROM {object}").fetchone()
    connection.close()
    assert len(small) == count
    assert found == (count * 10, count * 10)


async def test_what_confirmed_orders_hold_adds_up_to_the_stock(erp: Desk) -> None:
    with sqlite3.connect(erp.system.path) as connection:
        held = connection.execute("SELECT field, sum(quantity) FROM commitments GROUP BY field").fetchall()
    connection.close()
    stock = await erp.all_of("erp.stock")
    assert dict(held) == {name: sum(int(str(one[name])) for one in stock) for name in ("incoming", "reserved")}
