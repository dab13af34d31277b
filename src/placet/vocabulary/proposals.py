"""Proposals, decisions and what surrounds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from placet.vocabulary.operations import Operation
from placet.vocabulary.records import Grade, Undo
from placet.vocabulary.values import Json


class ProposalState(StrEnum):
    """The life of a proposal (DESIGN: states). This row alone says whether something was approved and executed."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    EXECUTING = "executing"
    DONE = "done"
    FAILED = "failed"
    STALE = "stale"
    UNKNOWN = "unknown"

    @property
    def settled(self) -> bool:
        """Whether the run need not wait for it any longer."""
        return self not in {ProposalState.PROPOSED, ProposalState.APPROVED, ProposalState.EXECUTING}


MOVES: Mapping[ProposalState, frozenset[ProposalState]] = {
    ProposalState.PROPOSED: frozenset({
        ProposalState.APPROVED, ProposalState.REJECTED, ProposalState.EXPIRED,
        ProposalState.SUPERSEDED, ProposalState.CANCELLED,
    }),
    ProposalState.APPROVED: frozenset({ProposalState.EXECUTING, ProposalState.EXPIRED, ProposalState.CANCELLED}),
    ProposalState.EXECUTING: frozenset({
        ProposalState.DONE, ProposalState.FAILED, ProposalState.STALE, ProposalState.UNKNOWN,
    }),
    ProposalState.UNKNOWN: frozenset({ProposalState.DONE, ProposalState.FAILED}),
}  # fmt: skip
"""Every move a proposal may make. `approved → expired | cancelled`: approved but never claimed."""


class Mode(StrEnum):
    """An agent's rollout stage."""

    OFF = "off"
    SHADOW = "shadow"
    ASK = "ask"
    AUTO = "auto"


class Verdict(StrEnum):
    """What the policy says: deny over ask over allow."""

    DENY = "deny"
    ASK = "ask"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One row of before → after, in exact values and in words a person reads (reference names, labels).

    `delta` is the change in words where it is a number or money, such as `+26.3%`.
    """

    field: str
    label: str
    before: Json
    after: Json
    before_words: str
    after_words: str
    delta: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Something the proposal rests on and where it came from. `tainted`: it came from outside."""

    text: str
    source: str
    tainted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the policy decided about a proposal, and why.

    `approvers` are roles; `not_requester` keeps the requester from deciding; `quorum` counts distinct people;
    `policy_hash` pins the policy files that were read.
    """

    verdict: Verdict
    rule: str
    because: str
    approvers: tuple[str, ...] = ()
    quorum: int = 1
    not_requester: bool = True
    expires_in_seconds: int = 14_400
    policy_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One operation with everything needed to decide, send and undo it. Times are aware UTC.

    `call` is the id of the model's tool call it answers; `context` is what the policy saw when it ruled.
    """

    id: str
    revision: int
    changeset: str
    run: str
    position: int
    agent: str
    requester: str
    tool: str
    tool_hash: str
    connector: str
    connector_version: str
    operation: Operation
    record_name: str
    base_version: str
    grade: Grade
    undo: Undo
    title: str
    changes: tuple[FieldChange, ...]
    why: str
    evidence: tuple[Evidence, ...]
    cascades: tuple[str, ...]
    ruling: Ruling
    confidence: str | None
    nonce: str
    created_at: datetime
    expires_at: datetime
    digest: str
    call: str = ""
    context: Mapping[str, Json] = field(default_factory=dict)
    state: ProposalState = ProposalState.PROPOSED
    reason: str = ""
    receipt: Mapping[str, Json] | None = None


class DecisionKind(StrEnum):
    """What a decision says."""

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One person's word, or the policy's own (`by == "policy"`), on one revision."""

    proposal: str
    revision: int
    digest: str
    kind: DecisionKind
    by: str
    reason: str
    via: str
    at: datetime


class RunState(StrEnum):
    """Where one request stands."""

    QUEUED = "queued"
    THINKING = "thinking"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
