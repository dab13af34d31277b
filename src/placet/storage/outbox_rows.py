"""Rows of the outbox."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from placet.storage.store import Transaction
from placet.storage.tables import outbox


def raise_wanted(
    tx: Transaction, message: str, *, kind: str, run: str, subject: str, person: str, body: str | None
) -> int:
    """Count a message's wanted version up, making the row where there is none; returns the version."""
    now = {"updated_at": tx.stamp} | ({} if body is None else {"body": body})
    changed = tx.connection.execute(
        update(outbox).where(outbox.c.id == message).values(wanted=outbox.c.wanted + 1, error="", **now)
    )
    if not changed.rowcount:
        columns = {"id": message, "kind": kind, "run": run, "subject": subject, "person": person}
        tx.connection.execute(insert(outbox).values(**columns, created_at=tx.stamp, **now))
    return int(tx.connection.execute(select(outbox.c.wanted).where(outbox.c.id == message)).scalar_one())


def outbox_row(tx: Transaction, message: str) -> Mapping[str, Any] | None:
    """One message of the outbox, or `None`."""
    row = tx.connection.execute(select(outbox).where(outbox.c.id == message)).mappings().first()
    return None if row is None else dict(row)


def copies_of(tx: Transaction, subject: str, kind: str) -> Sequence[Mapping[str, Any]]:
    """Every message of one kind about one subject, such as the copies of a card."""
    query = select(outbox).where(outbox.c.kind == kind, outbox.c.subject == subject).order_by(outbox.c.id)
    return [dict(row) for row in tx.connection.execute(query).mappings()]


def unsent(tx: Transaction, *, limit: int = 500) -> Sequence[Mapping[str, Any]]:
    """Messages whose present state nobody has seen yet, oldest first."""
    query = select(outbox).where(outbox.c.shown < outbox.c.wanted).order_by(outbox.c.updated_at).limit(limit)
    return [dict(row) for row in tx.connection.execute(query).mappings()]


def mark_shown(tx: Transaction, message: str, *, version: int, channel: str, posted: str) -> None:
    """Write down that `version` of a message is on people's screens as `posted` in `channel`."""
    tx.connection.execute(
        update(outbox)
        .where(outbox.c.id == message, outbox.c.shown < version)
        .values(shown=version, channel=channel, message=posted, error="", updated_at=tx.stamp)
    )


def mark_failed(tx: Transaction, message: str, error: str) -> None:
    """Write down why a message could not be shown."""
    tx.connection.execute(update(outbox).where(outbox.c.id == message).values(error=error[:500], updated_at=tx.stamp))
