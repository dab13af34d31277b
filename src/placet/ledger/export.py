"""The ledger as files: JSON Lines that verify offline, heads as notes, and a CSV table for people.

Sealed personal values stay sealed in every file: an export outlives the key of a person who is erased.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

from placet.ledger.standalone import Row
from placet.storage import Transaction
from placet.storage.ledger_rows import all_entry_rows, head_rows
from placet.vocabulary.values import in_words

SEALED = "[sealed]"
"""What a CSV shows for a sealed personal value."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(tx: Transaction) -> Iterator[Row]:
    """Every stored row in order, as `examine` takes it."""
    return (Row(*row) for row in all_entry_rows(tx))


def export_jsonl(tx: Transaction, file: IO[str]) -> int:
    """Write one line an entry with its exact canonical text, hash and predecessor; returns how many.

    Bytes that are no UTF-8, which only a damaged ledger holds, are kept as lone surrogates and read back alike.
    """
    count = 0
    for row in rows(tx):
        file.write(json.dumps(_line(row), ensure_ascii=True, separators=(",", ":")) + "\n")
        count += 1
    return count


def export_heads(tx: Transaction, file: IO[str]) -> int:
    """Write every signed head as a note, one after another; returns how many."""
    found = head_rows(tx)
    file.writelines(row.note for row in found)
    return len(found)


def export_csv(tx: Transaction, file: IO[str]) -> int:
    """Write a table for people; returns how many entries. It cannot be verified: keep the JSON Lines for that."""
    table = csv.writer(file)
    table.writerow(("number", "time", "what", "run", "proposal", "facts", "hash"))
    count = 0
    for row in rows(tx):
        cells = (row.at, row.kind, row.run, row.proposal, _facts(row.entry), row.hash)
        table.writerow((row.seq, *map(_harmless, cells)))
        count += 1
    return count


def _line(row: Row) -> dict[str, Any]:
    line: dict[str, Any] = row._asdict()
    line["entry"] = row.entry.decode("utf-8", "surrogateescape")
    leaf, by = line.pop("leaf"), line.pop("by")
    return line | ({"leaf": leaf, "retired_by": by} if not row.entry else {})


def _facts(entry: bytes) -> str:
    if not entry:
        return "[retired]"
    try:
        facts = json.loads(entry)["facts"]
        return "; ".join(_said(facts.items()))
    except (ValueError, KeyError, AttributeError):
        return "[unreadable]"


def _said(facts: Iterable[tuple[str, Any]]) -> Iterator[str]:
    for field, value in facts:
        sealed = isinstance(value, dict) and value.keys() == {"sealed", "subject"}
        yield f"{field}: {SEALED if sealed else in_words(value)}"


def _harmless(cell: str) -> str:
    """Text that no spreadsheet takes for a formula (owasp.org, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
