"""The same ledger on PostgreSQL: heads, retention, erasure and concurrent appends."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.integration.ledger.conftest import Clock
from tests.integration.postgres import postgres_databases

from placet.ledger import append, entries, verify
from placet.ledger.erasure import erase
from placet.ledger.examining import examine_ledger
from placet.ledger.heads import sign_head
from placet.ledger.keys import LedgerSigner
from placet.ledger.retention import Keep, retire
from placet.storage import Store


@pytest.fixture
def store(clock: Clock) -> Iterator[Store]:
    with postgres_databases() as new:
        opened = Store.open(new(), clock=clock)
        yield opened
        opened.close()


def test_heads_retention_and_erasure_work_together(store: Store, signer: LedgerSigner, clock: Clock) -> None:
    store.write_now(lambda tx: append(tx, "tool.read", {"n": 1}, personal={"name": "Riley"}, subject="riley"))
    store.write_now(lambda tx: append(tx, "run.received", {}, personal={"name": "Riley"}, subject="riley"))
    store.write_now(lambda tx: sign_head(tx, signer))
    clock.pass_days(300)
    assert store.write_now(lambda tx: retire(tx, [Keep(kinds="tool.read", days=184)], by="owner")) == 1
    store.write_now(lambda tx: erase(tx, "riley", by="owner", reason="asked"))
    store.write_now(lambda tx: sign_head(tx, signer))
    report = store.read_now(lambda tx: examine_ledger(tx, [signer.public_key], deep=True))
    assert (report.ok, report.entries, report.signed, report.retired) == (True, 4, 4, 1)
    assert [dict(one.facts).get("name") for one in store.read_now(entries)] == [None, "[erased]", None, None]


def test_entries_and_heads_written_at_once_make_one_chain(store: Store, signer: LedgerSigner) -> None:
    def one(number: int) -> None:
        store.write_now(lambda tx: append(tx, "tool.read", {"n": number}))
        store.write_now(lambda tx: sign_head(tx, signer))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(20)))
    assert store.read_now(verify).entries == 20
    assert store.read_now(lambda tx: examine_ledger(tx, [signer.public_key])).ok
