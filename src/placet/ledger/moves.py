"""Moves of a proposal: one compare-and-set and one ledger entry, in the same transaction. There is no other way."""

from collections.abc import Mapping

from placet.ledger.chain import append
from placet.storage import Transaction
from placet.storage.ledger_rows import hold_appends
from placet.storage.rows import swap_state
from placet.vocabulary import MOVES, Json, Proposal, ProposalState


def move(
    tx: Transaction,
    proposal: Proposal,
    new: ProposalState,
    *,
    by: str,
    reason: str | None = None,
    receipt: Mapping[str, Json] | None = None,
    **facts: Json,
) -> bool:
    """Move `proposal` from the state it was read in to `new`; false if somebody else moved it first.

    `by` is a person's id, `policy`, `executor` or `clock`.

    Raises:
        ValueError: the states do not allow this move; that is a mistake in the caller.
    """
    if new not in MOVES.get(proposal.state, frozenset()):
        raise ValueError(f"a proposal cannot move from {proposal.state.value} to {new.value}")
    hold_appends(tx)  # before the row's own lock, as everywhere
    moved = swap_state(
        tx,
        proposal.id,
        expected=proposal.state,
        new=new,
        reason=reason,
        receipt=receipt,
        claim=new is ProposalState.EXECUTING,
    )
    if moved:
        entry: dict[str, Json] = {
            "revision": proposal.revision,
            "digest": proposal.digest,
            "by": by,
            "reason": reason or "",
        }
        append(tx, f"proposal.{new.value}", entry | facts, run=proposal.run, proposal=proposal.id)
    return moved
