"""Heads of a stored ledger: what is signed, what is refused, and what is recorded when nobody can sign."""

from collections.abc import Callable

import pytest

from placet.errors import LedgerBroken, LedgerKeyUnavailable
from placet.ledger import append, entries, verify
from placet.ledger.examining import examine_ledger
from placet.ledger.heads import heads, keep_head, sign_head
from placet.ledger.keys import LedgerSigner
from placet.ledger.standalone import Damage, Report
from placet.storage import Store, Transaction
from placet.vocabulary import Secret

Write = Callable[..., None]
Sql = Callable[[str], None]


def examined(store: Store, signer: LedgerSigner) -> Report:
    return store.read_now(lambda tx: examine_ledger(tx, [signer.public_key], deep=True))


def test_heads_signed_step_by_step_are_those_of_the_whole_tree(
    store: Store, signer: LedgerSigner, write: Write
) -> None:
    for count in (1, 4, 9, 2):
        write(count)
        store.write_now(lambda tx: sign_head(tx, signer))
    report = examined(store, signer)
    assert (report.ok, report.heads, report.signed, report.entries) == (True, 4, 16, 16)


def test_a_head_and_its_entry_commit_together(store: Store, signer: LedgerSigner) -> None:
    def work(tx: Transaction) -> None:
        append(tx, "run.received", {})
        sign_head(tx, signer)
        raise LedgerKeyUnavailable(reason="pulled")

    with pytest.raises(LedgerKeyUnavailable):
        store.write_now(work)
    assert store.read_now(lambda tx: (heads(tx), entries(tx))) == ([], [])


def test_nothing_new_gives_the_head_that_is_there(store: Store, signer: LedgerSigner, write: Write) -> None:
    write(3)
    first = store.write_now(lambda tx: sign_head(tx, signer))
    assert store.write_now(lambda tx: sign_head(tx, signer)) == first
    assert store.read_now(heads) == [first]


def test_an_empty_ledger_has_a_head_of_size_zero(store: Store, signer: LedgerSigner, write: Write) -> None:
    assert store.write_now(lambda tx: sign_head(tx, signer)).note.split("\n")[1] == "0"
    write(2)
    assert store.write_now(lambda tx: sign_head(tx, signer)).size == 2
    assert examined(store, signer).ok


@pytest.mark.damages_ledger
@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE ledger SET entry = replace(entry, '3', '4') WHERE seq = 8",  # an entry since the last head
        "DELETE FROM ledger WHERE seq > 3",  # the end, below the last head
        "UPDATE ledger SET hash = 'x' WHERE seq = 5",  # the entry that was signed
    ],
)
def test_a_damaged_ledger_is_not_signed(store: Store, signer: LedgerSigner, write: Write, sql: Sql, harm: str) -> None:
    write(5)
    store.write_now(lambda tx: sign_head(tx, signer))
    write(5)
    sql(harm)
    with pytest.raises(LedgerBroken):
        store.write_now(lambda tx: sign_head(tx, signer))


@pytest.mark.parametrize("frontier", ["", "zz", "-,-,-", "ff"])
def test_a_falsified_frontier_does_not_reach_the_next_head(
    store: Store, signer: LedgerSigner, write: Write, sql: Sql, frontier: str
) -> None:
    write(5)
    store.write_now(lambda tx: sign_head(tx, signer))
    sql(f"UPDATE ledger_heads SET frontier = '{frontier}'")
    write(2)
    store.write_now(lambda tx: sign_head(tx, signer))
    assert examined(store, signer).signed == 7


@pytest.mark.damages_ledger
def test_a_rewritten_ledger_is_not_signed_by_the_next_key_either(
    store: Store, signer: LedgerSigner, write: Write, sql: Sql
) -> None:
    write(4)
    store.write_now(lambda tx: sign_head(tx, signer))
    sql("DELETE FROM ledger")
    write(4, "forged")
    with pytest.raises(LedgerBroken, match="not those that were signed"):
        store.write_now(lambda tx: sign_head(tx, LedgerSigner.from_secret(Secret("2" * 64), signer.origin)))


def test_a_change_of_keys_is_recorded_and_both_keys_verify(store: Store, signer: LedgerSigner, write: Write) -> None:
    after = LedgerSigner.from_secret(Secret("2" * 64), signer.origin)
    write(4)
    store.write_now(lambda tx: sign_head(tx, signer))
    store.write_now(lambda tx: sign_head(tx, after))
    last = store.read_now(entries)[-1]
    assert (last.kind, last.facts) == ("ledger.key_changed", {"key": after.verifier_key(), "signed": 4})
    both = store.read_now(lambda tx: examine_ledger(tx, [signer.public_key, after.public_key]))
    assert (both.ok, both.signed) == (True, 5)


def test_a_missing_key_leaves_one_gap_that_its_return_closes(store: Store, signer: LedgerSigner, write: Write) -> None:
    def missing() -> LedgerSigner:
        raise LedgerKeyUnavailable(reason="the file is gone")

    write(2)
    assert [store.write_now(lambda tx: keep_head(tx, missing)) for _ in range(3)] == [None] * 3
    assert list(examined(store, signer).gaps.values()) == [("2026-01-01T00:00:00.000000Z", "")]
    head = store.write_now(lambda tx: keep_head(tx, lambda: signer))
    kinds = [entry.kind for entry in store.read_now(entries)]
    assert kinds == ["tool.read", "tool.read", "ledger.gap", "ledger.gap_ended"]
    assert head is not None
    assert head.size == 4
    report = examined(store, signer)
    assert report.ok
    assert any(line.startswith("no head could be signed from 2026") for line in report.lines())


@pytest.mark.parametrize("column", ["root = 'ff'", "chain = 'ff'"])
def test_falsified_columns_beside_a_head_are_found(
    store: Store, signer: LedgerSigner, write: Write, sql: Sql, column: str
) -> None:
    write(5)
    store.write_now(lambda tx: sign_head(tx, signer))
    sql(f"UPDATE ledger_heads SET {column}")
    found = examined(store, signer).findings
    assert [(one.entry, one.damage, one.seen_by) for one in found] == [(5, Damage.COLUMNS, "head")]


def test_reading_and_verifying_need_no_key(store: Store, write: Write) -> None:
    write(3)
    assert store.read_now(verify).entries == 3
    assert store.read_now(lambda tx: examine_ledger(tx, ())).ok
