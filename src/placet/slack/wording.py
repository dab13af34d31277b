"""The fixed words of cards and plans: one place, so that a state is called the same everywhere."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from placet.slack.blocks import clock
from placet.slack.literal import escape
from placet.slack.view_model import DecisionView, ItemView
from placet.vocabulary import DecisionKind, Grade, OperationKind, Undo
from placet.vocabulary import ProposalState as State

MARKS: Mapping[State, str] = {
    State.PROPOSED: "",
    State.APPROVED: "✅",
    State.EXECUTING: "⏳",
    State.DONE: "✅",
    State.REJECTED: "⛔",
    State.EXPIRED: "⌛",
    State.CANCELLED: "🚫",
    State.SUPERSEDED: "✏️",
    State.FAILED: "❌",
    State.STALE: "⚠️",
    State.UNKNOWN: "❓",
}
HEADLINES: Mapping[State, str] = {
    State.PROPOSED: "Waiting",
    State.APPROVED: "Approved",
    State.EXECUTING: "Being written",
    State.DONE: "Done",
    State.REJECTED: "Rejected",
    State.EXPIRED: "Expired",
    State.CANCELLED: "Withdrawn",
    State.SUPERSEDED: "Replaced",
    State.FAILED: "Failed",
    State.STALE: "Out of date",
    State.UNKNOWN: "Outcome unknown",
}
UNDO: Mapping[Undo, str] = {
    Undo.FULL: "Can be undone while nobody changed the record",
    Undo.FIELDS: "Some fields can be undone while nobody changed the record",
    Undo.COMPENSATE: "Cannot be undone, only countered by another document",
    Undo.NONE: "Cannot be undone",
}
GRADES: Mapping[Grade, str] = {
    Grade.ATOMIC: "not written if the record changes first",
    Grade.WEAK: "not written if the record changes first, seen to the second",
    Grade.CLIENT_CHECK: "checked for changes just before writing; one in that moment would be lost",
    Grade.NONE: "changes others make meanwhile are not noticed",
}


def headline(item: ItemView) -> str:
    """The title with the mark of its state in front."""
    return " ".join(part for part in (MARKS[item.state], item.title) if part)


def confidence(text: str) -> str:
    """`0.34` as `34 %`, or an empty string where there is none."""
    try:
        return f"{Decimal(text) * 100:.0f} %" if text else ""
    except InvalidOperation:
        return ""


def progress(item: ItemView) -> str:
    """How many of the approvals are there."""
    return f"{item.quorum - item.missing} of {item.quorum} approved"


def safety(item: ItemView) -> str:
    """What can be taken back, and what protects against overwriting somebody else's change."""
    guard = "" if item.kind in {OperationKind.CREATE, OperationKind.CALL} else f"; {GRADES[item.grade]}"
    return f"{UNDO[item.undo]}{guard}"


def by_whom(decisions: tuple[DecisionView, ...]) -> list[str]:
    """Each decision for a mrkdwn line: who, what and when."""
    verbs = {DecisionKind.APPROVE: "Approved by", DecisionKind.REJECT: "Rejected by"}
    return [f"{verbs[one.kind]} *{escape(one.name)}* {clock(one.at)}" for one in decisions]


def outcome(item: ItemView) -> str:
    """What became of an item, for mrkdwn; empty while it waits. Reasons are data and are drawn apart."""
    system = escape(item.system)
    written = clock(item.written_at) if item.written_at else ""
    read_back = {True: "read back and correct", False: "read back and different", None: "not read back"}[item.verified]
    words = {
        State.APPROVED: "recorded, waiting to be written",
        State.EXECUTING: f"recorded, being written to {system}",
        State.DONE: f"written to {system} {written} · {read_back}",
        State.FAILED: f"not written to {system}; nothing was changed",
        State.STALE: f"not written to {system}: the record changed after this card was drawn",
        State.UNKNOWN: f"it may or may not be in {system}. Nobody will try again by itself: "
        f"look at the record there, then say what you saw: `placet proposals settle {item.proposal} --done` "
        "or `--failed`, with `--as PERSON --reason TEXT`",
        State.EXPIRED: f"Nobody decided before {clock(item.expires_at, '{date_short_pretty} {time}')}; nothing changed",
        State.CANCELLED: "Withdrawn; nothing was changed",
        State.SUPERSEDED: "Replaced by a newer proposal; nothing was changed",
        State.REJECTED: "nothing was changed",
    }
    return words.get(item.state, "")


def reason(item: ItemView) -> str:
    """The reason that should be drawn beside the outcome: a person's or the system's, not one already in words.

    A change that is done has one only where a person settled it.
    """
    told = {State.DONE, State.REJECTED, State.FAILED, State.UNKNOWN, State.CANCELLED}
    return item.reason if item.state in told else ""
