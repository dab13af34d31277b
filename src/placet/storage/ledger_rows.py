"""Rows of the ledger and of what stands beside it: heads, anchors, retired content, sealed values.

An entry is appended and read, never changed, but for one thing: retention empties its bytes and keeps their hashes.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Engine, Select, delete, func, insert, select, text, update

from placet.storage.store import Transaction
from placet.storage.tables import (
    ledger,
    ledger_anchors,
    ledger_heads,
    ledger_retired,
    ledger_sealed,
    ledger_subjects,
)

_PAGE = 5_000
_LOCK = 0x706C6163  # PostgreSQL advisory lock that orders appends; any constant does


def hold_appends(tx: Transaction) -> None:
    """Hold off everyone else who would append until this transaction ends. SQLite holds off all writers anyway.

    Call it before reading what a decision rests on: two transactions on PostgreSQL would otherwise read the same
    state and both act on it. It comes before any row's own lock, so that nobody waits in a circle.
    """
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


# built once: appending is on the path of every change, and building a statement costs as much as running it
_LAST = select(ledger.c.seq, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1)
_INSERT = insert(ledger)


def last_link(tx: Transaction) -> tuple[int, str] | None:
    """Number and hash of the newest entry, or `None`. Holds off other appends until this transaction ends."""
    hold_appends(tx)
    row = tx.connection.execute(_LAST).first()
    return None if row is None else (row.seq, row.hash)


def insert_entry(tx: Transaction, **columns: object) -> None:
    """Write one entry."""
    tx.connection.execute(_INSERT, columns)


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


def all_entry_rows(tx: Transaction, *, after: int | None = None) -> Iterator[Any]:
    """Every row by number, page by page, so that memory stays flat; those numbered below 1 come first.

    A row is `(seq, at, kind, run, proposal, entry, previous, hash, leaf, by)`; the last two are `None` unless its
    content was retired. With `after`, only rows with a higher number.
    """
    start = tx.connection.execute(select(func.min(ledger.c.seq))).scalar() if after is None else after + 1
    while start is not None:
        page = tx.connection.execute(_chain_query().where(ledger.c.seq >= start).limit(_PAGE)).all()
        yield from page
        start = page[-1].seq + 1 if len(page) == _PAGE else None


def _chain_query() -> Select[Any]:
    beside = ledger.outerjoin(ledger_retired, ledger.c.seq == ledger_retired.c.seq)
    return select(ledger, ledger_retired.c.leaf, ledger_retired.c.by).select_from(beside).order_by(ledger.c.seq)


def hash_at(tx: Transaction, seq: int) -> str | None:
    """The stored hash of one entry, or `None` where there is none."""
    found: str | None = tx.connection.execute(select(ledger.c.hash).where(ledger.c.seq == seq)).scalar()
    return found


def rows_of_kinds(tx: Transaction, kinds: Sequence[str]) -> list[Any]:
    """Entries of these kinds, in order."""
    return list(tx.connection.execute(select(ledger).where(ledger.c.kind.in_(kinds)).order_by(ledger.c.seq)).all())


def last_of_kinds(tx: Transaction, kinds: Sequence[str]) -> Any | None:
    """The newest entry of these kinds, or `None`."""
    query = select(ledger).where(ledger.c.kind.in_(kinds)).order_by(ledger.c.seq.desc()).limit(1)
    return tx.connection.execute(query).first()


# --- heads and anchors ------------------------------------------------------------------------------


def insert_head(tx: Transaction, **columns: object) -> None:
    """Write one signed head."""
    tx.connection.execute(insert(ledger_heads).values(**columns))


def head_rows(tx: Transaction, *, last: int = 0) -> list[Any]:
    """Signed heads by size; with `last`, only the newest so many."""
    query = select(ledger_heads).order_by(ledger_heads.c.size.desc())
    return list(reversed(tx.connection.execute(query.limit(last) if last else query).all()))


def insert_anchor(tx: Transaction, **columns: object) -> None:
    """Write down that a head was put outside."""
    tx.connection.execute(insert(ledger_anchors).values(**columns))


def anchor_rows(tx: Transaction) -> list[Any]:
    """Everything that was put outside, in order."""
    return list(tx.connection.execute(select(ledger_anchors).order_by(ledger_anchors.c.id)).all())


# --- retention --------------------------------------------------------------------------------------


def rows_before(tx: Transaction, *, at: str, kinds: str, after: int, limit: int) -> list[Any]:
    """Up to `limit` entries of `kinds` (`tool.read` or `tool.*`) up to `at`, behind number `after`, with content."""
    beside = ledger.outerjoin(ledger_retired, ledger.c.seq == ledger_retired.c.seq)
    query = select(ledger).select_from(beside).where(ledger.c.at <= at, ledger_retired.c.seq.is_(None))
    query = query.where(ledger.c.seq > after)
    if kinds.endswith(".*"):
        query = query.where(ledger.c.kind.startswith(kinds[:-1], autoescape=True))
    else:
        query = query.where(ledger.c.kind == kinds)
    return list(tx.connection.execute(query.order_by(ledger.c.seq).limit(limit)).all())


def retire_row(tx: Transaction, seq: int, *, leaf: str, by: int) -> None:
    """Empty the content of one entry, its sealed values with it, and keep the hash of its leaf."""
    _overwrite_what_is_freed(tx)
    tx.connection.execute(insert(ledger_retired).values(seq=seq, leaf=leaf, by=by))
    tx.connection.execute(update(ledger).where(ledger.c.seq == seq).values(entry=b""))
    tx.connection.execute(delete(ledger_sealed).where(ledger_sealed.c.seq == seq))


# --- sealed personal values -------------------------------------------------------------------------


def subject_row(tx: Transaction, name: str) -> Any | None:
    """The live key of a person, or `None`."""
    return tx.connection.execute(select(ledger_subjects).where(ledger_subjects.c.name == name)).first()


def insert_subject(tx: Transaction, **columns: object) -> None:
    """Write a person's key."""
    tx.connection.execute(insert(ledger_subjects).values(**columns))


def insert_sealed(tx: Transaction, **columns: object) -> None:
    """Write one sealed value."""
    tx.connection.execute(insert(ledger_sealed).values(**columns))


def sealed_rows(tx: Transaction, *, low: int, high: int) -> list[Any]:
    """Sealed values of the entries `low` to `high`, each with the `key` of its person (`None` once erased)."""
    query = (
        select(ledger_sealed, ledger_subjects.c.key)
        .join(ledger_subjects, ledger_sealed.c.subject == ledger_subjects.c.ref)
        .where(ledger_sealed.c.seq.between(low, high))
        .order_by(ledger_sealed.c.seq, ledger_sealed.c.field)
    )
    return list(tx.connection.execute(query).all())


def destroy_subject(tx: Transaction, ref: str) -> None:
    """Overwrite the key and the name of a person; on SQLite also in the pages and the log the file keeps."""
    _overwrite_what_is_freed(tx)
    if tx.connection.dialect.name == "sqlite":
        tx.after_commit(_log_emptier(tx.connection.engine))
    gone = update(ledger_subjects).where(ledger_subjects.c.ref == ref)
    tx.connection.execute(gone.values(name=None, key=None, erased_at=tx.stamp))


def _overwrite_what_is_freed(tx: Transaction) -> None:
    """Have SQLite write zeros over the bytes it frees (sqlite.org/pragma.html#pragma_secure_delete)."""
    if tx.connection.dialect.name == "sqlite":
        tx.connection.exec_driver_sql("PRAGMA secure_delete=ON")


def _log_emptier(engine: Engine) -> Callable[[], None]:
    def empty() -> None:
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()

    return empty
