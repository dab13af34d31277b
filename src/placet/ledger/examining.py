"""Examining the database's own ledger: its chain, heads, anchors, and what stands beside them."""

import json
from collections.abc import Sequence

from placet.ledger.export import rows
from placet.ledger.sealing import has_sealed, sealed_problems
from placet.ledger.standalone import Damage, Finding, PublicKey, Report, examine, read_checkpoint
from placet.storage import Transaction
from placet.storage.ledger_rows import all_entry_rows, hash_at, head_rows
from placet.vocabulary import Json


def examine_ledger(
    tx: Transaction, keys: Sequence[PublicKey], anchors: Sequence[str] = (), *, deep: bool = False
) -> Report:
    """Examine the stored ledger against its signed heads and the `anchors` (notes that were kept elsewhere).

    With `deep`, every entry is parsed too, and every sealed value of a person who was not erased is held against
    its commitment. Without keys no head can be judged, so heads are left out.
    """
    found = head_rows(tx)
    report = examine(rows(tx), [row.note for row in found] if keys else (), keys, anchors if keys else ())
    report.findings += [finding for row in found if keys for finding in _columns(tx, row)]
    if deep and report.ok:
        report.findings += _contents(tx)
    return report


def check_anchor(tx: Transaction, keys: Sequence[PublicKey], notes: Sequence[str]) -> Report:
    """Hold the stored ledger against anchored notes alone: an end cut off and a full rewrite are found here."""
    return examine(rows(tx), (), keys, notes)


def _columns(tx: Transaction, row: object) -> list[Finding]:
    """Whether what stands beside a note is what the note says."""
    size, root, chain, note = (getattr(row, name) for name in ("size", "root", "chain", "note"))
    try:
        said = read_checkpoint(note)
    except ValueError:
        return []  # the examination of the notes has named it
    stored = hash_at(tx, size)
    if (said.size, said.root.hex()) == (size, root) and (size == 0 or stored in (None, chain)):
        return []
    detail = "the head's columns differ from its signed text or from its entry"
    return [Finding(said.size, Damage.COLUMNS, detail, seen_by="head")]


def _contents(tx: Transaction) -> list[Finding]:
    findings: list[Finding] = []
    facts: dict[int, dict[str, Json]] = {}
    for row in all_entry_rows(tx):
        try:
            found = json.loads(row.entry)["facts"] if row.entry else {}
            facts |= {row.seq: found} if has_sealed(found) else {}
        except (ValueError, KeyError, TypeError, AttributeError):
            findings.append(Finding(row.seq, Damage.EDITED, "its content is not readable"))
    sealed = [Finding(seq, Damage.SEALED, detail) for seq, detail in sealed_problems(tx, facts)]
    return sorted(findings + sealed, key=lambda one: one.entry)
