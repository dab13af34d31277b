"""Recover: find out what became of an attempt whose answer was never written down."""

from datetime import timedelta

from placet.connectors import Writer
from placet.executor.grants import MAX_SECONDS
from placet.storage import Store, moment
from placet.storage.rows import open_attempt
from placet.storage.run_rows import is_alive, is_known
from placet.vocabulary import Outcome, OutcomeKind, Proposal

ALIVE_FOR = timedelta(seconds=60)
"""A worker seen this recently may still be sending; nobody takes over from it."""


async def recover(store: Store, proposal: Proposal, writer: Writer, *, worker: str) -> Outcome | None:
    """The outcome of a cut-off attempt, or `None` while it is too early to tell.

    The system is asked by key. "It is not there" is believed only once nobody can send it any more (the worker has
    ended, or its grant has run out) and the answer had time to settle. Even then nothing is sent again: the proposal
    fails and a person may propose it anew. Whatever cannot be found out is `unknown`.
    """
    attempt = await store.read(lambda tx: open_attempt(tx, proposal.id))
    if attempt is None:
        return Outcome(kind=OutcomeKind.UNKNOWN, message="no attempt is written down")
    holder = str(attempt["worker"])
    if holder != worker and await store.read(lambda tx: is_alive(tx, holder, ALIVE_FOR)):
        return None
    ended = holder != worker and not await store.read(lambda tx: is_known(tx, holder))
    last_send = moment(attempt["started_at"]) + (timedelta(0) if ended else timedelta(seconds=MAX_SECONDS))
    too_early = store.clock() < last_send + writer.lookup_settles  # as of now: the answer is as old as the question
    outcome = await writer.lookup(proposal.operation, key=proposal.id)
    if outcome.kind is not OutcomeKind.NOT_VISIBLE:
        return outcome
    if too_early:
        return None
    return Outcome(
        kind=OutcomeKind.UNAVAILABLE,
        message="the worker stopped before it was applied; the system was asked and holds no trace of it",
    )
