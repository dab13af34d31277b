"""The stop switch: everything, one agent, one connector or one tool; read again at every decision and claim."""

from placet.dispatch import Dispatch, Segment
from placet.ledger import append
from placet.storage import Transaction
from placet.storage.rows import list_proposals
from placet.storage.switches import names_for, set_switch, stopped_by
from placet.vocabulary import ProposalState

KINDS = ("agent", "connector", "tool")


def stop(tx: Transaction, name: str, *, by: str, reason: str) -> None:
    """Stop writes: `all`, `agent:<id>`, `connector:<system>` or `tool:<name>`. Holds from the next claim on.

    Raises:
        ValueError: `name` is none of these.
    """
    _check(name)
    set_switch(tx, name, stopped=True, by=by, reason=reason)
    append(tx, "switch.stopped", {"switch": name, "by": by, "reason": reason})


def release(tx: Transaction, dispatch: Dispatch, name: str, *, by: str, reason: str) -> int:
    """Let writes go on, and queue again what was approved and held meanwhile; returns how many.

    Raises:
        ValueError: `name` is no switch.
    """
    _check(name)
    set_switch(tx, name, stopped=False, by=by, reason=reason)
    append(tx, "switch.released", {"switch": name, "by": by, "reason": reason})
    held = [
        one
        for one in list_proposals(tx, states=(ProposalState.APPROVED,), limit=10_000)
        if stopped_by(tx, names_for(agent=one.agent, system=one.operation.system, tool=one.tool)) is None
    ]
    for proposal in held:
        segment = Segment(
            kind="execute",
            id=f"execute:{proposal.id}:{proposal.revision}:{tx.stamp}",
            key=f"changeset:{proposal.changeset}",
            payload={"proposal": proposal.id},
        )
        dispatch.enqueue(tx, segment)
    return len(held)


def _check(name: str) -> None:
    kind, _, rest = name.partition(":")
    if name != "all" and (kind not in KINDS or not rest):
        raise ValueError(f"`{name}` is no switch; use all, agent:ID, connector:SYSTEM or tool:NAME")
