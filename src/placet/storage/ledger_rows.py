"""Rows of the ledger: appended and read, never changed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, insert, select, text

from placet.storage.store import Transaction
from placet.storage.tables import ledger

_PAGE = 5_000
_LOCK = 0x706C6163  # PostgreSQL advisory lock that orders appends; any constant does


def last_link(tx: Transaction) -> tuple[int, str] | None:
    """Number and hash of the newest entry, or `None`. Holds off other appends until this transaction ends."""
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    row = tx.connection.execute(select(ledger.c.seq, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1)).first()
    return None if row is None else (row.seq, row.hash)


def insert_entry(tx: Transaction, **columns: object) -> None:
    """Write one entry."""
    tx.connection.execute(insert(ledger).values(**columns))


def entry_rows(tx: Transaction, *, run: str = "", proposal: str = "", last: int = 0) -> list[Any]:
    """Rows in order, filtered; with `last`, only the newest so many."""
    query = select(ledger).order_by(ledger.c.seq.desc())
    if run:
        query = query.where(ledger.c.run == run)
    if proposal:
        query = query.where(ledger.c.proposal == proposal)
    if last:
        query = query.limit(last)
    return list(reversed(tx.connection.execute(query).all()))


def all_entry_rows(tx: Transaction) -> Iterator[Any]:
    """Every row by number, page by page, so that memory stays flat. Rows numbered below 1 come first."""
    after = tx.connection.execute(select(func.min(ledger.c.seq))).scalar()
    while after is not None:
        query = select(ledger).where(ledger.c.seq >= after).order_by(ledger.c.seq).limit(_PAGE)
        page = tx.connection.execute(query).all()
        yield from page
        after = page[-1].seq + 1 if len(page) == _PAGE else None
