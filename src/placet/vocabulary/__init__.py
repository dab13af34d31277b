"""The words of the project as frozen data. No I/O."""

from placet.vocabulary.agents import AgentSpec, Limits
from placet.vocabulary.clock import Clock, system_clock
from placet.vocabulary.codec import dump, load
from placet.vocabulary.digest import binding, canonical, digest_of, sha256
from placet.vocabulary.money import Amount, Money, exponent_of
from placet.vocabulary.operations import (
    CLEAR,
    Call,
    Create,
    Delete,
    Draft,
    Operation,
    OperationKind,
    Transition,
    Update,
    exact,
)
from placet.vocabulary.outcomes import Grant, Outcome, OutcomeKind
from placet.vocabulary.people import Person, Role
from placet.vocabulary.proposals import (
    MOVES,
    Decision,
    DecisionKind,
    Evidence,
    FieldChange,
    Mode,
    Proposal,
    ProposalState,
    Ruling,
    RunState,
    Verdict,
)
from placet.vocabulary.records import (
    Capabilities,
    Condition,
    FieldKind,
    FieldSchema,
    Grade,
    Idempotency,
    ObjectSchema,
    Page,
    Record,
    RecordRef,
    TransitionSchema,
    Undo,
)
from placet.vocabulary.scope import Effect, Scope, covered
from placet.vocabulary.secret import Secret
from placet.vocabulary.values import Json, as_money, in_words, to_json

__all__ = [
    "CLEAR", "MOVES", "AgentSpec", "Amount", "Call", "Capabilities", "Clock", "Condition", "Create", "Decision",
    "DecisionKind", "Delete", "Draft", "Effect", "Evidence", "FieldChange", "FieldKind", "FieldSchema", "Grade",
    "Grant", "Idempotency", "Json", "Limits", "Mode", "Money", "ObjectSchema", "Operation", "OperationKind", "Outcome",
    "OutcomeKind", "Page", "Person", "Proposal", "ProposalState", "Record", "RecordRef", "Role", "Ruling", "RunState",
    "Scope", "Secret", "Transition", "TransitionSchema", "Undo", "Update", "Verdict", "as_money", "binding",
    "canonical", "covered", "digest_of", "dump", "exact", "exponent_of", "in_words", "load", "sha256", "system_clock",
    "to_json",
]  # fmt: skip
