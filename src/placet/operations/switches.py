"""The stop switch: everything, one agent, one connector or one tool; read again at every decision and claim."""

from placet.dispatch import Dispatch, execution
from placet.errors import SwitchHeld
from placet.ledger import append
from placet.rules import OWNER_ROLE
from placet.storage import Transaction
from placet.storage.ledger_rows import hold_appends
from placet.storage.rows import list_proposals
from placet.storage.switches import names_for, set_switch, stopped_by
from placet.vocabulary import Person, ProposalState

KINDS = ("agent", "connector", "tool")
_AND = ", "


def stop(tx: Transaction, name: str, *, by: str, reason: str) -> None:
    """Stop writes: `all`, `agent:<id>`, `connector:<system>` or `tool:<name>`. Holds from the next claim on.

    Where it is on already, both people hold it: stopping again must not make somebody the one who may release it.

    Raises:
        ValueError: `name` is none of these.
    """
    _check(name)
    hold_appends(tx)  # before the switch is read, so that two people at once are both written down
    on = stopped_by(tx, (name,))
    before = [] if on is None else str(on["by"]).split(_AND)
    set_switch(tx, name, stopped=True, by=_AND.join(dict.fromkeys([*before, by])), reason=reason)
    append(tx, "switch.stopped", {"switch": name, "by": by, "reason": reason})


def release(tx: Transaction, dispatch: Dispatch, name: str, *, by: Person, reason: str) -> int:
    """Let writes go on, and queue again what was approved and held meanwhile; returns how many.

    Raises:
        SwitchHeld: `by` is no owner, and not the one person who set it.
        ValueError: `name` is no switch.
    """
    _check(name)
    hold_appends(tx)
    on = stopped_by(tx, (name,))
    may = by.active and (OWNER_ROLE in by.roles or on is None or on["by"] == by.id)
    if not may:
        raise SwitchHeld(switch=name, by=str(on["by"]) if on else "nobody", person=by.id)
    set_switch(tx, name, stopped=False, by=by.id, reason=reason)
    append(tx, "switch.released", {"switch": name, "by": by.id, "reason": reason})
    held = [
        one
        for one in list_proposals(tx, states=(ProposalState.APPROVED,), limit=10_000)
        if stopped_by(tx, names_for(agent=one.agent, system=one.operation.system, tool=one.tool)) is None
    ]
    for proposal in held:
        name = f"execute:{proposal.id}:{proposal.revision}:{tx.stamp}"
        dispatch.enqueue(tx, execution(proposal.id, proposal.changeset, id=name))
    return len(held)


def _check(name: str) -> None:
    kind, _, rest = name.partition(":")
    if name != "all" and (kind not in KINDS or not rest):
        raise ValueError(f"`{name}` is no switch; use all, agent:ID, connector:SYSTEM or tool:NAME")
