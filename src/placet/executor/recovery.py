"""Recover: find out what became of an attempt whose answer was never written down."""

from datetime import timedelta

from placet.connectors import Writer
from placet.storage import Store, moment
from placet.storage.rows import open_attempt
from placet.storage.run_rows import is_alive
from placet.vocabulary import Outcome, OutcomeKind, Proposal

ALIVE_FOR = timedelta(seconds=60)
"""A worker seen this recently may still be sending; nobody takes over from it."""


async def recover(store: Store, proposal: Proposal, writer: Writer, *, worker: str) -> Outcome | None:
    """The outcome of a cut-off attempt, or `None` while it is too early to tell.

    The system is asked by key. "It is not there" is believed only once the answer had time to settle, and even then
    nothing is sent again: the proposal fails and a person may propose it anew. Whatever cannot be found out is
    `unknown`.
    """
    attempt = await store.read(lambda tx: open_attempt(tx, proposal.id))
    if attempt is None:
        return Outcome(kind=OutcomeKind.UNKNOWN, message="no attempt is written down")
    holder = str(attempt["worker"])
    if holder != worker and await store.read(lambda tx: is_alive(tx, holder, ALIVE_FOR)):
        return None
    outcome = await writer.lookup(proposal.operation, key=proposal.id)
    if outcome.kind is not OutcomeKind.NOT_VISIBLE:
        return outcome
    if moment(attempt["started_at"]) + writer.lookup_settles > store.clock():
        return None
    return Outcome(
        kind=OutcomeKind.UNAVAILABLE,
        message="the worker stopped before it was applied; the system was asked and holds no trace of it",
    )
