"""Retention: the content of old entries is dropped by class; their hashes stay, so the chain and heads verify.

A row loses its bytes and keeps number, time, kind, run, proposal, predecessor, hash and RFC 6962 leaf hash. In the
same transaction an entry `ledger.retired` commits to exactly that, row by row. Verification accepts a row without
content only with such an entry, of a kind that may be dropped, old enough, and under no legal hold at that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from placet.errors import RetentionRefused
from placet.ledger.chain import append, entries_of
from placet.ledger.standalone import FLOOR_DAYS, PERMANENT, Row, commitment, covers, hold_covers, leaf_hash
from placet.storage import Transaction, stamp
from placet.storage.ledger_rows import retire_row, rows_before
from placet.vocabulary import Json

BATCH = 500
"""Entries one `ledger.retired` accounts for at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long the content of `kinds` (a kind, or `group.*`) is kept, in days. What no rule names stays for ever."""

    kinds: str
    days: int

    def check(self) -> None:
        """Refuse what the ledger may never drop.

        Raises:
            RetentionRefused: the time is below the floor, or the kinds are kept for ever.
        """
        if self.days < FLOOR_DAYS:
            raise RetentionRefused(kinds=self.kinds, reason=f"{self.days} days are below the floor of {FLOOR_DAYS}")
        permanent = [group for group in PERMANENT if covers(self.kinds, group + "any") or self.kinds.startswith(group)]
        if permanent or self.kinds == "*":
            raise RetentionRefused(kinds=self.kinds, reason="the ledger's account of itself is kept for ever")


def hold(
    tx: Transaction, name: str, *, by: str, reason: str, kinds: str = "*", run: str = "", proposal: str = ""
) -> int:
    """Place a legal hold: what it covers keeps its content until `release_hold`. Returns the entry's number."""
    facts: dict[str, Json] = {"hold": name, "kinds": kinds, "run": run, "proposal": proposal}
    return append(tx, "ledger.hold", facts | {"by": by, "reason": reason})


def release_hold(tx: Transaction, name: str, *, by: str, reason: str) -> int:
    """End a legal hold. Returns the entry's number.

    Raises:
        RetentionRefused: no such hold stands.
    """
    if name not in holds(tx):
        raise RetentionRefused(kinds="*", reason=f"no hold `{name}` stands")
    return append(tx, "ledger.hold_released", {"hold": name, "by": by, "reason": reason})


def holds(tx: Transaction) -> dict[str, dict[str, Json]]:
    """Legal holds that stand now, by name, read from the ledger itself."""
    standing: dict[str, dict[str, Json]] = {}
    for entry in entries_of(tx, ("ledger.hold", "ledger.hold_released")):
        standing.pop(str(entry.facts["hold"]), None)
        if entry.kind == "ledger.hold":
            standing[str(entry.facts["hold"])] = dict(entry.facts)
    return standing


def retire(tx: Transaction, rules: Sequence[Keep], *, by: str) -> int:
    """Drop the content of up to 500 entries a rule whose time is over, oldest first; returns how many.

    Call it in transactions of its own until it returns 0. What a legal hold covers is left alone.

    Raises:
        RetentionRefused: a rule is below the floor or names kinds that are kept for ever.
    """
    for rule in rules:
        rule.check()
    return sum(_retire(tx, rule, by=by) for rule in rules)


def _due(tx: Transaction, rule: Keep) -> list[Any]:
    """The oldest entries a rule lets go, but for those under a hold."""
    standing = holds(tx).values()
    before = stamp(tx.now - timedelta(days=rule.days))
    due: list[Any] = []
    after = 0
    while len(due) < BATCH:
        page = rows_before(tx, at=before, kinds=rule.kinds, after=after, limit=BATCH)
        if not page:
            break
        after = page[-1].seq
        due += [row for row in page if not any(hold_covers(one, row) for one in standing)]
    return due[:BATCH]


def _retire(tx: Transaction, rule: Keep, *, by: str) -> int:
    kept = [Row(*row[:8])._replace(leaf=leaf_hash(row.entry).hex()) for row in _due(tx, rule)]
    if not kept:
        return 0
    named: dict[str, Json] = {str(row.seq): commitment(row) for row in kept}
    facts: dict[str, Json] = {"kinds": rule.kinds, "days": rule.days, "by": by, "entries": named}
    allowed = append(tx, "ledger.retired", facts)
    for row in kept:
        retire_row(tx, row.seq, leaf=row.leaf or "", by=allowed)
    return len(kept)
