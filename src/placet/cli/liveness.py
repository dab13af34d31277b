"""Whether somebody is there to carry work on."""

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placet.storage import Transaction

SILENT_AFTER = timedelta(seconds=10)
"""A worker shows a pulse every 2 seconds; people are told it is gone after five missing ones."""


def workers_alive(tx: "Transaction") -> frozenset[str]:
    """Workers that showed a pulse in the last ten seconds."""
    from placet.dispatch.heartbeats import live_workers

    return live_workers(tx, SILENT_AFTER)
