"""What a card shows, read from the database in one transaction. Every text in it is already visible as it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from placet.approvals import missing_approvals
from placet.rules import Policies
from placet.slack.completeness import obstacle, rows_of
from placet.slack.literal import hides, visible
from placet.slack.tokens import pointer_to
from placet.storage import Transaction, moment
from placet.storage.rows import decisions_on, proposals_of
from placet.storage.run_rows import find_run
from placet.vocabulary import Decision, DecisionKind, Evidence, FieldChange, Grade, OperationKind, Proposal, Undo
from placet.vocabulary import ProposalState as State


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """Who decided what, when."""

    name: str
    kind: DecisionKind
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One proposal as one person sees it.

    `mine`: this person may decide it now. `obstacle`: why it cannot be approved here, or empty. `waiting_for`: who
    else may decide. `reason`: why it ended as it did. `written_at`: when the system took it. `verified`: whether
    reading it back showed the approved values, `None` where that was not possible.
    """

    proposal: str
    revision: int
    value: str
    state: State
    title: str
    kind: OperationKind
    object: str
    record: str
    rows: tuple[FieldChange, ...]
    cascades: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    undo: Undo
    grade: Grade
    rule: str
    because: str
    confidence: str
    quorum: int
    missing: int
    decisions: tuple[DecisionView, ...]
    waiting_for: tuple[str, ...]
    expires_at: datetime
    mine: bool
    obstacle: str
    hides: bool
    reason: str
    written_at: datetime | None
    verified: bool | None

    @property
    def open(self) -> bool:
        """Whether somebody may still decide it."""
        return self.state is State.PROPOSED

    @property
    def system(self) -> str:
        """The system that would change."""
        return self.object.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """The changes of one turn, for one person."""

    changeset: str
    run: str
    request: str
    requester: str
    agent: str
    items: tuple[ItemView, ...]


def card_view(tx: Transaction, policies: Policies, changeset: str, person: str) -> CardView | None:
    """The card of a changeset as `person` should see it now; `None` if there is no such changeset."""
    proposals = proposals_of(tx, changeset)
    if not proposals:
        return None
    first = proposals[0]
    run = find_run(tx, first.run)
    return CardView(
        changeset=changeset,
        run=first.run,
        request=visible(str(run["request"]) if run else first.why, lines=True),
        requester=name_of(policies, first.requester),
        agent=visible(first.agent),
        items=tuple(_item(tx, policies, one, person) for one in proposals),
    )


def name_of(policies: Policies, person: str) -> str:
    """What people call someone; the id where the policy does not know them any more."""
    known = policies.people.get(person)
    return visible(known.name if known else person)


def waiting_for(tx: Transaction, policies: Policies, proposal: Proposal) -> tuple[str, ...]:
    """Who may still decide, with the role that makes them eligible."""
    spoken = {one.by for one in decisions_on(tx, proposal.id, proposal.revision)}
    eligible = policies.approvers_for(proposal.ruling, proposal.requester)
    return tuple(
        f"{visible(one.name)} ({', '.join(role for role in one.roles if role in proposal.ruling.approvers)})"
        for one in eligible
        if one.id not in spoken
    )


def state_now(tx: Transaction, proposal: Proposal) -> State:
    """The state, or `expired` where the time is over and the clock's own work has not come round yet."""
    late = proposal.state is State.PROPOSED and tx.now >= proposal.expires_at
    return State.EXPIRED if late else proposal.state


def _item(tx: Transaction, policies: Policies, proposal: Proposal, person: str) -> ItemView:
    state = state_now(tx, proposal)
    decisions = decisions_on(tx, proposal.id, proposal.revision)
    eligible = {one.id for one in policies.approvers_for(proposal.ruling, proposal.requester)}
    receipt = proposal.receipt or {}
    at, verified = receipt.get("at"), receipt.get("verified")
    return ItemView(
        proposal=proposal.id,
        revision=proposal.revision,
        value=pointer_to(proposal),
        state=state,
        title=visible(proposal.title),
        kind=proposal.operation.kind,
        object=proposal.operation.object,
        record=_record(proposal),
        rows=tuple(_visible_row(row) for row in rows_of(proposal)),
        cascades=tuple(visible(one) for one in proposal.cascades),
        evidence=tuple(_visible_evidence(one) for one in proposal.evidence if one.text != proposal.why),
        undo=proposal.undo,
        grade=proposal.grade,
        rule=visible(proposal.ruling.rule),
        because=visible(proposal.ruling.because),
        confidence=proposal.confidence or "",
        quorum=proposal.ruling.quorum,
        missing=missing_approvals(tx, policies, proposal),
        decisions=tuple(_decision(policies, one) for one in decisions),
        waiting_for=waiting_for(tx, policies, proposal),
        expires_at=proposal.expires_at,
        mine=state is State.PROPOSED and person in eligible - {one.by for one in decisions},
        obstacle=obstacle(proposal),
        hides=any(hides(text) for text in _all_texts(proposal)),
        reason=visible(proposal.reason),
        written_at=moment(at) if isinstance(at, str) else None,
        verified=verified if isinstance(verified, bool) else None,
    )


def _record(proposal: Proposal) -> str:
    held = proposal.operation.record or str((proposal.receipt or {}).get("record") or "")
    name = visible(proposal.record_name)
    return f"{name} ({visible(held)})" if held else name


def _decision(policies: Policies, decision: Decision) -> DecisionView:
    name = "the policy" if decision.by == "policy" else name_of(policies, decision.by)
    return DecisionView(name=name, kind=decision.kind, at=decision.at)


def _visible_row(row: FieldChange) -> FieldChange:
    return FieldChange(
        field=row.field,
        label=visible(row.label),
        before=row.before,
        after=row.after,
        before_words=visible(row.before_words),
        after_words=visible(row.after_words),
        delta=visible(row.delta),
    )


def _visible_evidence(one: Evidence) -> Evidence:
    return Evidence(text=visible(one.text), source=visible(one.source), tainted=one.tainted)


def _all_texts(proposal: Proposal) -> Iterable[str]:
    yield from (proposal.title, proposal.why, proposal.record_name, *proposal.cascades)
    yield from (text for row in rows_of(proposal) for text in (row.before_words, row.after_words))
    yield from (one.text for one in proposal.evidence)
