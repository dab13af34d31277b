"""Stop switches: one row each, read inside the transaction that decides or claims."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, select

from placet.storage.store import Transaction
from placet.storage.tables import switches


def names_for(*, agent: str, system: str, tool: str) -> tuple[str, ...]:
    """The switches that can stop one proposal."""
    return ("all", f"agent:{agent}", f"connector:{system}", f"tool:{tool}")


def stopped_by(tx: Transaction, names: Iterable[str]) -> Mapping[str, Any] | None:
    """The first switch among `names` that is on, or `None`."""
    query = select(switches).where(switches.c.name.in_(tuple(names)), switches.c.stopped == 1)
    row = tx.connection.execute(query.order_by(switches.c.name)).mappings().first()
    return None if row is None else dict(row)


def all_switches(tx: Transaction) -> list[Mapping[str, Any]]:
    """Every switch that was ever set, by name."""
    return [dict(row) for row in tx.connection.execute(select(switches).order_by(switches.c.name)).mappings()]


def set_switch(tx: Transaction, name: str, *, stopped: bool, by: str, reason: str) -> None:
    """Turn a switch on or off. `operations.switches` adds the ledger entry."""
    tx.connection.execute(delete(switches).where(switches.c.name == name))
    tx.connection.execute(insert(switches).values(name=name, stopped=int(stopped), by=by, reason=reason, at=tx.stamp))
