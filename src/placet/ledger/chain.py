"""The ledger: append-only entries, each bound to the one before it by a hash.

An entry's bytes are RFC 8785 JSON of `{seq, at, kind, run, proposal, previous, facts}`; its hash is SHA-256 over the
domain prefix and those bytes. Edits, inserts, reorders and deletes inside the chain are found offline; cutting off
its end is found only against a copy kept elsewhere.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from placet.errors import LedgerBroken
from placet.ledger.sealing import opened, seal
from placet.ledger.standalone import GENESIS, Walk
from placet.storage import Transaction
from placet.storage.ledger_rows import all_entry_rows, entry_rows, insert_entry, last_link, rows_of_kinds
from placet.vocabulary import Json, canonical, sha256


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


def append(
    tx: Transaction,
    kind: str,
    facts: Mapping[str, Json],
    *,
    run: str = "",
    proposal: str = "",
    personal: Mapping[str, Json] | None = None,
    subject: str = "",
) -> int:
    """Add an entry in the caller's transaction and return its number. No entry, no change: they commit together.

    Facts in `personal` are about the person `subject`: the entry holds a salted commitment to each, and the value
    stands beside it under that person's key, so that `erase` makes it unreadable and the chain still verifies.

    Raises:
        ValueError: `personal` without `subject`, or a fact given twice.
    """
    last = last_link(tx)
    seq, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    shown = dict(facts)
    if personal:
        shown |= seal(tx, seq, personal, subject=subject, beside=facts)
    entry = canonical({
        "seq": seq, "at": tx.stamp, "kind": kind, "run": run, "proposal": proposal,
        "previous": previous, "facts": shown,
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
    """Entries in order: all, those of a run, those of a proposal, or only the `last` so many.

    Sealed values are opened, `[erased]` where the person was erased; content that retention dropped has no facts.
    """
    return _entries(tx, entry_rows(tx, run=run, proposal=proposal, last=last))


def entries_of(tx: Transaction, kinds: Sequence[str]) -> list[Entry]:
    """Entries of these kinds, in order, opened as `entries` does."""
    return _entries(tx, rows_of_kinds(tx, kinds))


def _entries(tx: Transaction, rows: Sequence[Any]) -> list[Entry]:
    facts = opened(tx, {row.seq: json.loads(row.entry)["facts"] if row.entry else {} for row in rows})
    return [
        Entry(
            seq=row.seq, at=row.at, kind=row.kind, run=row.run, proposal=row.proposal,
            facts=facts[row.seq], hash=row.hash,
        )
        for row in rows
    ]  # fmt: skip


def verify(tx: Transaction) -> Verified:
    """Walk the chain from the first entry. `examine_ledger` says more, and knows heads and anchors.

    Raises:
        LedgerBroken: the first entry that does not fit, and how.
    """
    walk = Walk()
    if not walk.run(all_entry_rows(tx)):
        raise LedgerBroken(seq=walk.tree.size + 1, damage=_damage(walk))
    for gone in walk.account.close():
        raise LedgerBroken(seq=gone.entry, damage=gone.detail)
    return Verified(entries=walk.tree.size, head=walk.chain)


def _damage(walk: Walk) -> str:
    """What is wrong with the row at which a walk stopped."""
    row, expected = walk.stopped, walk.tree.size + 1
    if row is None or row.seq != expected:
        return f"it is missing; the next one found is {row.seq if row else 'none'}"
    if not row.entry:
        return "its content is missing and no retirement accounts for it"
    if type(row.entry) is not bytes or sha256(row.entry) != row.hash:
        return "its content was changed"
    if row.previous != walk.chain:
        return "it does not follow the entry before it"
    try:
        json.loads(row.entry)
    except ValueError:
        return "its content is not readable"
    return "its columns differ from its hashed content"
