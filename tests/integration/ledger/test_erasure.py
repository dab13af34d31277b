"""A person is erased: their values are gone, and everything still verifies (row 65)."""

import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from placet.errors import LedgerBroken, SubjectUnknown
from placet.ledger import append, entries, verify
from placet.ledger.erasure import erase
from placet.ledger.examining import examine_ledger
from placet.ledger.export import export_csv, export_jsonl
from placet.ledger.heads import sign_head
from placet.ledger.keys import LedgerSigner
from placet.ledger.standalone import Damage, examine, read_export
from placet.storage import Store, Transaction

NAME = "Riley Quartermain"
Sql = Callable[[str], None]


def note_person(tx: Transaction) -> None:
    append(tx, "tool.read", {"tool": "find_contact"}, personal={"name": NAME, "age": 41}, subject="riley")
    append(tx, "tool.read", {"tool": "find_contact"}, personal={"name": "Sam"}, subject="sam")


def facts(store: Store) -> list[dict[str, object]]:
    return [dict(entry.facts) for entry in store.read_now(entries)]


def test_a_sealed_value_reads_like_any_other(store: Store) -> None:
    store.write_now(note_person)
    assert facts(store)[0] == {"tool": "find_contact", "name": NAME, "age": 41}


def test_row_65_an_erased_person_is_gone_and_the_ledger_verifies_and_exports(
    store: Store, signer: LedgerSigner
) -> None:
    store.write_now(note_person)
    head = store.write_now(lambda tx: sign_head(tx, signer))
    store.write_now(lambda tx: erase(tx, "riley", by="owner", reason="request of 2 May"))
    assert [one.get("name") for one in facts(store)] == ["[erased]", "Sam", None]
    report = store.read_now(lambda tx: examine_ledger(tx, [signer.public_key], [head.note], deep=True))
    assert (report.ok, report.entries, report.anchored) == (True, 3, 2)
    file = io.StringIO()
    store.read_now(lambda tx: export_jsonl(tx, file))
    assert examine(read_export(file.getvalue().splitlines())).ok


def test_erasing_is_recorded_without_the_persons_name(store: Store) -> None:
    store.write_now(note_person)
    store.write_now(lambda tx: erase(tx, "riley", by="owner", reason="asked"))
    last = store.read_now(entries)[-1]
    assert (last.kind, last.facts["by"], last.facts["reason"]) == ("subject.erased", "owner", "asked")
    assert "riley" not in json.dumps(dict(last.facts))


def test_neither_name_nor_key_is_left_in_the_files_of_the_database(store: Store, tmp_path: Path) -> None:
    store.write_now(note_person)
    key = store.read_now(lambda tx: tx.connection.execute(text("SELECT key FROM ledger_subjects WHERE name='riley'")))
    secret = bytes(next(iter(key.scalars())))

    def kept() -> bytes:
        return b"".join(one.read_bytes() for one in tmp_path.glob("placet.sqlite*"))

    assert secret in kept()
    store.write_now(lambda tx: erase(tx, "riley", by="owner", reason="asked"))
    assert secret not in kept()
    assert b"riley" not in kept()
    assert NAME.encode() not in kept()


def test_exports_never_hold_a_sealed_value(store: Store) -> None:
    store.write_now(note_person)
    lines, table = io.StringIO(), io.StringIO()
    store.read_now(lambda tx: (export_jsonl(tx, lines), export_csv(tx, table)))
    assert NAME not in lines.getvalue() + table.getvalue()
    assert "name: [sealed]" in table.getvalue()


def test_equal_values_have_different_commitments(store: Store) -> None:
    for _ in range(2):
        store.write_now(lambda tx: append(tx, "tool.read", {}, personal={"vip": True}, subject="riley"))
    stored = store.read_now(lambda tx: tx.connection.execute(text("SELECT entry FROM ledger")).scalars().all())
    assert len({json.loads(entry)["facts"]["vip"]["sealed"] for entry in stored}) == 2


def test_who_is_unknown_or_erased_before_cannot_be_erased(store: Store) -> None:
    store.write_now(note_person)
    store.write_now(lambda tx: erase(tx, "riley", by="owner", reason="asked"))
    for name in ("riley", "nobody"):
        with pytest.raises(SubjectUnknown):
            store.write_now(partial(erase, subject=name, by="owner", reason="asked"))


def test_a_person_who_comes_back_gets_a_new_key(store: Store) -> None:
    store.write_now(note_person)
    store.write_now(lambda tx: erase(tx, "riley", by="owner", reason="asked"))
    store.write_now(note_person)
    assert [one.get("name") for one in facts(store)] == ["[erased]", "Sam", None, NAME, "Sam"]


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE ledger_sealed SET ciphertext = zeroblob(40) WHERE seq = 1 AND field = 'name'",
        "UPDATE ledger_sealed SET subject = (SELECT ref FROM ledger_subjects WHERE name = 'sam') WHERE field = 'name'",
        "UPDATE ledger_subjects SET key = zeroblob(32) WHERE name = 'riley'",
    ],
)
def test_a_falsified_sealed_value_is_named_and_never_shown(
    store: Store, signer: LedgerSigner, sql: Sql, harm: str
) -> None:
    store.write_now(note_person)
    sql(harm)
    found = store.read_now(lambda tx: examine_ledger(tx, [signer.public_key], deep=True)).findings
    assert {(one.entry, one.damage) for one in found} == {(1, Damage.SEALED)}
    with pytest.raises(LedgerBroken, match="committed"):
        store.read_now(entries)


def test_a_sealed_value_that_was_taken_away_is_named(store: Store, signer: LedgerSigner, sql: Sql) -> None:
    store.write_now(note_person)
    sql("DELETE FROM ledger_sealed WHERE seq = 2")
    found = store.read_now(lambda tx: examine_ledger(tx, [signer.public_key], deep=True)).findings
    assert [(one.entry, one.damage) for one in found] == [(2, Damage.SEALED)]


@pytest.mark.parametrize(("personal", "subject"), [({"name": NAME}, ""), ({"tool": NAME}, "riley")])
def test_personal_facts_need_a_subject_and_names_of_their_own(
    store: Store, personal: dict[str, str], subject: str
) -> None:
    with pytest.raises(ValueError, match="personal"):
        store.write_now(lambda tx: append(tx, "tool.read", {"tool": "x"}, personal=dict(personal), subject=subject))
    assert store.read_now(verify).entries == 0
