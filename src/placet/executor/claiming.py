"""Claim: take an approved proposal, once, after re-checking everything from the database."""

from collections.abc import Mapping
from dataclasses import dataclass

from placet.dispatch import Dispatch
from placet.dispatch.outbox import refresh_cards, wake_when_settled
from placet.executor.grants import GrantSeal
from placet.ledger import append, move
from placet.rules import Policies
from placet.storage import Transaction
from placet.storage.ledger_rows import hold_appends
from placet.storage.rows import decisions_on, fence_of, find_proposal, insert_attempt
from placet.storage.switches import names_for, stopped_by
from placet.vocabulary import (
    AgentSpec,
    DecisionKind,
    Grant,
    Mode,
    Proposal,
    ProposalState,
    Scope,
    Verdict,
    covered,
    digest_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A proposal that is this worker's to send, and the grant to do it."""

    proposal: Proposal
    grant: Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class NotClaimed:
    """Why nothing may be sent. `held`: it stays approved and can be claimed later."""

    reason: str
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the executor's own process knows, to compare with what a proposal was made under.

    `tool_hashes` are the schema hashes of the tools, `versions` those of the connectors by system.
    """

    policies: Policies
    agents: Mapping[str, AgentSpec]
    tool_hashes: Mapping[str, str]
    versions: Mapping[str, str]


def claim(
    tx: Transaction, dispatch: Dispatch, known: Known, seal: GrantSeal, *, proposal_id: str, worker: str
) -> Claimed | NotClaimed:
    """Move `approved → executing`, write the attempt and mint the grant, in the caller's transaction.

    Whatever no longer holds cancels or expires the proposal instead, with the reason on the ledger.
    """
    hold_appends(tx)  # a switch that was stopped before this point is seen below, on PostgreSQL too
    proposal = find_proposal(tx, proposal_id)
    if proposal is None or proposal.state is not ProposalState.APPROVED:
        return NotClaimed(reason="it is not approved", held=True)
    names = names_for(agent=proposal.agent, system=proposal.operation.system, tool=proposal.tool)
    switch = stopped_by(tx, names)
    if switch is not None:
        append(tx, "execution.held", {"switch": str(switch["name"])}, run=proposal.run, proposal=proposal.id)
        return NotClaimed(reason=f"writes are stopped by `{switch['name']}`", held=True)
    wrong = _wrong(tx, known, proposal)
    if wrong is not None:
        state, reason = wrong
        move(tx, proposal, state, by="executor", reason=reason)
        refresh_cards(tx, dispatch, proposal.changeset)
        wake_when_settled(tx, dispatch, proposal.changeset)
        return NotClaimed(reason=reason)
    if not move(tx, proposal, ProposalState.EXECUTING, by="executor", worker=worker):
        return NotClaimed(reason="another worker claimed it", held=True)
    fence = fence_of(tx, proposal.id)
    grant = seal.mint(proposal, fence=fence)
    insert_attempt(tx, proposal=proposal.id, fence=fence, digest=proposal.digest, nonce=grant.nonce, worker=worker)
    return Claimed(proposal=proposal, grant=grant)


def _wrong(tx: Transaction, known: Known, proposal: Proposal) -> tuple[ProposalState, str] | None:
    """What keeps an approved proposal from being sent now: the state it ends in and why."""
    if tx.now >= proposal.expires_at:
        return ProposalState.EXPIRED, "it was not sent in time"
    if digest_of(proposal) != proposal.digest:
        return ProposalState.CANCELLED, "the stored change differs from its digest"
    if proposal.ruling.policy_hash != known.policies.hash:
        return ProposalState.CANCELLED, "the policy changed after this was approved; propose it again"
    if not _approved(tx, known.policies, proposal):
        return ProposalState.CANCELLED, "the people who approved it may not do so any more"
    changed = _changed(known, proposal)
    return (ProposalState.CANCELLED, changed) if changed else None


def _changed(known: Known, proposal: Proposal) -> str:
    """What is different from when the proposal was made, or an empty text."""
    agent = known.agents.get(proposal.agent)
    operation = proposal.operation
    scope = Scope.parse(f"{operation.object}:{operation.verb}")
    if agent is None or agent.mode in {Mode.OFF, Mode.SHADOW} or not covered(scope, agent.scopes):
        return "its agent may not do this any more"
    if proposal.ruling.verdict is Verdict.ALLOW and agent.mode is not Mode.AUTO:
        return "its agent must ask a person now"
    if not covered(scope, known.policies.scopes_of(proposal.requester)):
        return "its requester may not ask for this any more"
    if known.tool_hashes.get(proposal.tool) != proposal.tool_hash:
        return f"the tool `{proposal.tool}` changed after this was proposed"
    if known.versions.get(operation.system) != proposal.connector_version:
        return f"the connector of `{operation.system}` changed after this was proposed"
    return ""


def _approved(tx: Transaction, policies: Policies, proposal: Proposal) -> bool:
    """Whether the decisions on exactly this digest still suffice under today's people and roles."""
    approvals = {
        one.by
        for one in decisions_on(tx, proposal.id, proposal.revision)
        if one.kind is DecisionKind.APPROVE and one.digest == proposal.digest
    }
    if proposal.ruling.verdict is Verdict.ALLOW:
        return approvals == {"policy"}
    eligible = {person.id for person in policies.approvers_for(proposal.ruling, proposal.requester)}
    return proposal.ruling.verdict is Verdict.ASK and len(approvals & eligible) >= proposal.ruling.quorum
