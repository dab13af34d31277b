"""Old content is dropped by class, never below the floor nor under a hold; the ledger verifies and says so."""

import io
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text
from tests.integration.ledger.conftest import Clock

from placet.errors import LedgerBroken, RetentionRefused
from placet.ledger import append, entries, retention, verify
from placet.ledger.examining import examine_ledger
from placet.ledger.export import export_jsonl
from placet.ledger.heads import sign_head
from placet.ledger.keys import LedgerSigner
from placet.ledger.retention import Keep, hold, holds, release_hold, retire
from placet.ledger.standalone import Damage, Row, commitment, examine, leaf_hash, read_export
from placet.storage import Store, Transaction
from placet.storage.ledger_rows import retire_row

READS = (Keep(kinds="tool.*", days=200),)
Write = Callable[..., None]
Sql = Callable[[str], None]


def retired(store: Store, rules: Sequence[Keep] = READS) -> int:
    return store.write_now(lambda tx: retire(tx, rules, by="owner"))


def left(store: Store) -> list[int]:
    return [entry.seq for entry in store.read_now(entries) if entry.facts and entry.kind.startswith("tool.")]


@pytest.fixture
def old(write: Write, clock: Clock, store: Store, signer: LedgerSigner) -> None:
    """Three reads and a decision, signed, 199 days ago; two reads now."""
    write(3)
    write(1, "decision.recorded")
    store.write_now(lambda tx: sign_head(tx, signer))
    clock.pass_days(199)
    write(2)


@pytest.mark.usefixtures("old")
def test_content_goes_on_its_day_and_hashes_heads_and_exports_still_verify(
    store: Store, clock: Clock, signer: LedgerSigner
) -> None:
    assert retired(store) == 0
    clock.pass_days(1)
    assert (retired(store), retired(store)) == (3, 0)
    assert left(store) == [5, 6]
    assert store.read_now(verify).entries == 7
    report = store.read_now(lambda tx: examine_ledger(tx, [signer.public_key], deep=True))
    assert (report.ok, report.retired, report.signed) == (True, 3, 4)
    file = io.StringIO()
    store.read_now(lambda tx: export_jsonl(tx, file))
    assert examine(read_export(file.getvalue().splitlines())).retired == 3


@pytest.mark.usefixtures("old")
def test_heads_are_signed_after_content_is_gone(store: Store, clock: Clock, signer: LedgerSigner) -> None:
    clock.pass_days(200)
    retired(store)
    store.write_now(lambda tx: sign_head(tx, signer))
    assert store.read_now(lambda tx: examine_ledger(tx, [signer.public_key])).signed == 7


@pytest.mark.usefixtures("old")
def test_a_legal_hold_keeps_content_until_it_is_released(store: Store, clock: Clock) -> None:
    clock.pass_days(1)
    store.write_now(lambda tx: hold(tx, "case-7", by="counsel", reason="dispute", run="r1"))
    assert retired(store) == 0
    store.write_now(lambda tx: release_hold(tx, "case-7", by="counsel", reason="settled"))
    assert (store.read_now(holds), retired(store)) == ({}, 3)


@pytest.mark.usefixtures("old")
def test_a_hold_on_something_else_keeps_nothing_here(store: Store, clock: Clock) -> None:
    clock.pass_days(1)
    store.write_now(lambda tx: hold(tx, "case-8", by="counsel", reason="dispute", proposal="p9"))
    assert retired(store) == 3


@pytest.mark.usefixtures("old")
def test_entries_under_a_hold_do_not_keep_later_ones_from_going(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    store.write_now(lambda tx: hold(tx, "case-9", by="counsel", reason="dispute", kinds="tool.read", run="r1"))
    store.write_now(lambda tx: append(tx, "tool.read", {"n": 1}, run="r2"))
    clock.pass_days(201)
    assert (retired(store), retired(store)) == (1, 0)


def test_sealed_values_go_with_the_content(store: Store, clock: Clock, signer: LedgerSigner) -> None:
    store.write_now(lambda tx: append(tx, "tool.read", {}, personal={"name": "Riley"}, subject="riley"))
    clock.pass_days(200)
    assert retired(store) == 1
    count = store.read_now(lambda tx: tx.connection.execute(text("SELECT count(*) FROM ledger_sealed")).scalar())
    assert count == 0
    assert store.read_now(lambda tx: examine_ledger(tx, [signer.public_key], deep=True)).ok


@pytest.mark.parametrize(
    "rule",
    [
        Keep(kinds="tool.read", days=183),
        Keep(kinds="ledger.*", days=4_000),
        Keep(kinds="ledger.hold", days=4_000),
        Keep(kinds="subject.erased", days=4_000),
        Keep(kinds="*", days=4_000),
    ],
)
def test_rules_below_the_floor_or_about_the_ledger_itself_are_refused(store: Store, rule: Keep) -> None:
    with pytest.raises(RetentionRefused, match="refused"):
        retired(store, [*READS, rule])


def test_a_hold_that_does_not_stand_cannot_be_released(store: Store) -> None:
    with pytest.raises(RetentionRefused, match="case-7"):
        store.write_now(lambda tx: release_hold(tx, "case-7", by="counsel", reason="?"))


def drop(store: Store, seq: int, *, kinds: str = "tool.*") -> None:
    """Drop content as `retire` does, whatever its rules say."""

    def work(tx: Transaction) -> None:
        row = tx.connection.execute(text(f"SELECT * FROM ledger WHERE seq = {seq}")).one()
        kept = Row(*row)._replace(leaf=leaf_hash(row.entry).hex())
        by = append(tx, "ledger.retired", {"kinds": kinds, "days": 1, "entries": {str(seq): commitment(kept)}})
        retire_row(tx, seq, leaf=kept.leaf or "", by=by)

    store.write_now(work)


@pytest.mark.damages_ledger
def test_content_dropped_before_the_floor_does_not_verify(store: Store, write: Write) -> None:
    write(3)
    drop(store, 2)
    with pytest.raises(LedgerBroken, match="entry 2 does not verify: it was dropped before 184 days"):
        store.read_now(verify)


@pytest.mark.damages_ledger
def test_the_ledgers_account_of_itself_cannot_be_dropped(store: Store, write: Write, clock: Clock) -> None:
    write(3, "ledger.gap")
    clock.pass_days(400)
    drop(store, 2)
    with pytest.raises(LedgerBroken, match=r"entry 2 .* kept for ever"):
        store.read_now(verify)


@pytest.mark.damages_ledger
def test_content_dropped_under_a_hold_does_not_verify(store: Store, write: Write, clock: Clock) -> None:
    write(3)
    store.write_now(lambda tx: hold(tx, "case-7", by="counsel", reason="dispute"))
    clock.pass_days(400)
    drop(store, 2)
    with pytest.raises(LedgerBroken, match=r"entry 2 .* legal hold `case-7`"):
        store.read_now(verify)


@pytest.mark.damages_ledger
@pytest.mark.usefixtures("old")
@pytest.mark.parametrize(
    ("harm", "entry", "damage"),
    [
        ("UPDATE ledger SET entry = x'' WHERE seq = 5", 5, Damage.COLUMNS),  # content taken without a word
        ("UPDATE ledger_retired SET leaf = '" + "ab" * 32 + "' WHERE seq = 2", 2, Damage.CONTENT_GONE),
        ("UPDATE ledger SET run = 'r9' WHERE seq = 2", 2, Damage.CONTENT_GONE),
        ("UPDATE ledger SET kind = 'tool.other' WHERE seq = 3", 3, Damage.CONTENT_GONE),
        ("UPDATE ledger_retired SET by = 6 WHERE seq = 1", 1, Damage.CONTENT_GONE),
    ],
)
def test_a_row_without_content_is_accepted_only_as_it_was_retired(
    store: Store, clock: Clock, sql: Sql, harm: str, entry: int, damage: Damage
) -> None:
    clock.pass_days(1)
    retired(store)
    sql(harm)
    found = store.read_now(lambda tx: examine_ledger(tx, ())).findings
    assert (found[0].entry, found[0].damage) == (entry, damage)
    with pytest.raises(LedgerBroken, match=f"entry {entry} "):
        store.read_now(verify)


@pytest.mark.damages_ledger
@pytest.mark.usefixtures("old")
def test_content_emptied_with_a_forged_leaf_is_missed_by_no_one(store: Store, sql: Sql) -> None:
    sql("UPDATE ledger SET entry = x'' WHERE seq = 5")
    sql(f"INSERT INTO ledger_retired (seq, leaf, by) VALUES (5, '{'ab' * 32}', 4)")
    with pytest.raises(LedgerBroken, match=r"entry 5 .* no retirement accounts for it"):
        store.read_now(verify)
