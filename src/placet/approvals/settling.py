"""Settle: a person looked at the system and says whether a change with an unknown outcome is there."""

from placet.approvals.deciding import REASON_MAX, REASON_MIN, Verdicted
from placet.dispatch import Dispatch
from placet.dispatch.outbox import refresh_cards
from placet.errors import DecisionRefused
from placet.ledger import append, move
from placet.rules import OWNER_ROLE, Policies
from placet.storage import Transaction
from placet.storage.ledger_rows import hold_appends
from placet.storage.rows import find_proposal
from placet.vocabulary import Json, Person, Proposal, ProposalState


def settle_unknown(
    tx: Transaction, dispatch: Dispatch, policies: Policies, *, proposal: str, person: Person, done: bool, reason: str
) -> Verdicted:
    """Move a proposal from `unknown` to `done` or `failed` on a person's word. Nothing is sent, now or later.

    Owners may, and whoever may decide this proposal now; never the requester, whatever its rule says. `reason` has
    3 to 500 characters and is kept on the proposal. A refusal is returned, not raised, so that its ledger entry is
    committed.
    """
    hold_appends(tx)
    found = find_proposal(tx, proposal)
    reason = reason.strip()
    wrong = _who(policies, person, found) or _what(found, reason)
    if found is not None and wrong is None:
        return _settled(tx, dispatch, found, person, done=done, reason=reason)
    word, detail = wrong or ("unknown_proposal", "this proposal does not exist")
    facts: dict[str, Json] = {"asked": proposal[:80], "done": done, "by": person.id, "reason": word}
    append(tx, "settlement.refused", facts, run=found.run if found else "", proposal=found.id if found else "")
    refused = DecisionRefused(proposal=proposal, reason=word, detail=detail)
    return Verdicted(proposal=proposal, state=found.state if found else None, refused=refused)


def _settled(
    tx: Transaction, dispatch: Dispatch, proposal: Proposal, person: Person, *, done: bool, reason: str
) -> Verdicted:
    state = ProposalState.DONE if done else ProposalState.FAILED
    facts: dict[str, Json] = {
        "revision": proposal.revision,
        "digest": proposal.digest,
        "done": done,
        "by": person.id,
        "reason": reason,
    }
    append(tx, "settlement.recorded", facts, run=proposal.run, proposal=proposal.id)
    move(tx, proposal, state, by=person.id, reason=reason)  # cannot be lost: the hold on the ledger orders settlers
    refresh_cards(tx, dispatch, proposal.changeset)
    return Verdicted(proposal=proposal.id, state=state)


def _who(policies: Policies, person: Person, proposal: Proposal | None) -> tuple[str, str] | None:
    if not person.active:
        return "unknown_person", "you are not known here as an active person, so you cannot settle this"
    if proposal is None:
        return "unknown_proposal", "this proposal does not exist"
    if person.id == proposal.requester:
        return "self_approval", "you asked for this change, so someone else must say what became of it"
    eligible = {one.id for one in policies.approvers_for(proposal.ruling, proposal.requester)}
    if person.id not in eligible and OWNER_ROLE not in person.roles:
        roles = ", ".join(dict.fromkeys((*proposal.ruling.approvers, OWNER_ROLE)))
        return "not_eligible", f"only {roles} may settle this, and you are not among them now"
    return None


def _what(proposal: Proposal | None, reason: str) -> tuple[str, str] | None:
    if proposal is not None and proposal.state is not ProposalState.UNKNOWN:
        return "not_unknown", f"this is {proposal.state.value}; only an unknown outcome can be settled"
    if not REASON_MIN <= len(reason) <= REASON_MAX:
        return "reason_needed", f"say what you saw in {REASON_MIN} to {REASON_MAX} characters; it goes on the ledger"
    return None
