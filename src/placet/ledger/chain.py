"""The ledger: append-only entries, each bound to the one before it by a hash.

An entry's bytes are RFC 8785 JSON of `{seq, at, kind, run, proposal, previous, facts}`; its hash is SHA-256 over the
domain prefix and those bytes. Edits, inserts, reorders and deletes inside the chain are found offline; cutting off
its end is found only against a copy kept elsewhere.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from placet.errors import LedgerBroken
from placet.storage import Transaction
from placet.storage.ledger_rows import all_entry_rows, entry_rows, insert_entry, last_link
from placet.vocabulary import Json, canonical, sha256

GENESIS = "0" * 64
"""What the first entry names as its predecessor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One ledger entry as it stands in the database."""

    seq: int
    at: str
    kind: str
    run: str
    proposal: str
    facts: Mapping[str, Json]
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The result of walking the whole chain: how many entries, and the hash of the last."""

    entries: int
    head: str


def append(tx: Transaction, kind: str, facts: Mapping[str, Json], *, run: str = "", proposal: str = "") -> int:
    """Add an entry in the caller's transaction and return its number. No entry, no change: they commit together."""
    last = last_link(tx)
    seq, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    entry = canonical({
        "seq": seq, "at": tx.stamp, "kind": kind, "run": run, "proposal": proposal,
        "previous": previous, "facts": dict(facts),
    })  # fmt: skip
    insert_entry(
        tx,
        seq=seq,
        at=tx.stamp,
        kind=kind,
        run=run,
        proposal=proposal,
        entry=entry,
        previous=previous,
        hash=sha256(entry),
    )
    return seq


def entries(tx: Transaction, *, run: str = "", proposal: str = "", last: int = 0) -> list[Entry]:
    """Entries in order: all, those of a run, those of a proposal, or only the `last` so many."""
    rows = entry_rows(tx, run=run, proposal=proposal, last=last)
    return [
        Entry(
            seq=row.seq, at=row.at, kind=row.kind, run=row.run, proposal=row.proposal,
            facts=json.loads(row.entry)["facts"], hash=row.hash,
        )
        for row in rows
    ]  # fmt: skip


def verify(tx: Transaction) -> Verified:
    """Walk the chain from the first entry.

    Raises:
        LedgerBroken: the first entry that does not fit, and how.
    """
    expected, head = 1, GENESIS
    for row in all_entry_rows(tx):
        damage = _damage(row.seq, row, expected, head)
        if damage:
            raise LedgerBroken(seq=expected, damage=damage)
        expected, head = expected + 1, row.hash
    return Verified(entries=expected - 1, head=head)


def _damage(seq: int, row: Any, expected: int, head: str) -> str:
    """What is wrong with one row, or an empty string. `head` is the hash of the row before."""
    if seq != expected:
        return f"it is missing; the next one found is {seq}"
    if sha256(row.entry) != row.hash:
        return "its content was changed"
    if row.previous != head:
        return "it does not follow the entry before it"
    try:
        inside = json.loads(row.entry)
    except ValueError:
        return "its content is not readable"
    columns = {"seq": seq, "at": row.at, "kind": row.kind, "run": row.run, "proposal": row.proposal}
    if any(inside.get(name) != value for name, value in columns.items()) or inside.get("previous") != head:
        return "its columns differ from its hashed content"
    return ""
