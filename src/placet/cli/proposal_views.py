"""A proposal as `list` and `show` tell it."""

from collections.abc import Sequence

from placet.cli.output import Output
from placet.ledger import Entry
from placet.rules import Policies
from placet.vocabulary import Decision, Grade, Json, Proposal, Undo, Verdict, canonical, dump

_UNDO = {
    Undo.FULL: "can be undone while nobody changed the record",
    Undo.FIELDS: "some fields can be undone while nobody changed the record",
    Undo.COMPENSATE: "cannot be undone, only countered by another document",
    Undo.NONE: "cannot be undone",
}
_GRADE = {
    Grade.ATOMIC: "the system refuses it if the record changed",
    Grade.WEAK: "the system refuses it if the record changed, seen to the second",
    Grade.CLIENT_CHECK: "compared just before writing; a change in that moment would be lost",
    Grade.NONE: "nothing can be compared: changes by others are not noticed",
}
_SENDING = {"proposal.executing", "attempt.ended", "execution.held"}


def brief(proposal: Proposal) -> dict[str, Json]:
    """One line of the list."""
    return {
        "id": proposal.id,
        "state": proposal.state.value,
        "title": proposal.title,
        "requester": proposal.requester,
        "agent": proposal.agent,
        "rule": proposal.ruling.rule,
        "run": proposal.run,
        "created_at": proposal.created_at.isoformat(),
        "expires_at": proposal.expires_at.isoformat(),
        "digest": proposal.digest,
    }


def deciders(policies: Policies, proposal: Proposal) -> list[str]:
    """Ids of the people who may decide it."""
    if proposal.ruling.verdict is not Verdict.ASK:
        return []
    return [person.id for person in policies.approvers_for(proposal.ruling, proposal.requester)]


def whole(
    policies: Policies, proposal: Proposal, decisions: Sequence[Decision], history: Sequence[Entry]
) -> dict[str, Json]:
    """The JSON document of `show`: the proposal as it is stored, who may decide, decisions and attempts."""
    body = dump(proposal)
    assert isinstance(body, dict)
    return {
        **body,
        "may_decide": list(deciders(policies, proposal)),
        "decisions": [dump(one) for one in decisions],
        "attempts": [{"at": one.at, "kind": one.kind, "facts": dict(one.facts)} for one in _attempts(history)],
    }


def draw_whole(
    out: Output, policies: Policies, proposal: Proposal, decisions: Sequence[Decision], history: Sequence[Entry]
) -> None:
    """`show` for people: what would change first, then everything it rests on."""
    out.line(f"{proposal.title}  [{proposal.state.value}]")
    out.line()
    rows = [(change.label, change.before_words, change.after_words, change.delta) for change in proposal.changes]
    out.table(("field", "before", "after", "by"), rows)
    out.facts(_facts(policies, proposal))
    if proposal.evidence:
        out.table(("evidence", "from", "outside"), [(e.text, e.source, "yes" if e.tainted else "") for e in
                                                    proposal.evidence])  # fmt: skip
    if decisions:
        said = [(one.by, one.kind.value, one.reason, one.via, one.at.isoformat()) for one in decisions]
        out.table(("who", "decision", "reason", "via", "at"), said)
    attempts = [(one.at, one.kind, _attempt(one)) for one in _attempts(history)]
    if attempts:
        out.table(("at", "attempt", "what"), attempts)


def _facts(policies: Policies, proposal: Proposal) -> list[tuple[str, object]]:
    operation, ruling = proposal.operation, proposal.ruling
    record = f"{proposal.record_name} ({operation.record})" if operation.record else proposal.record_name
    receipt = proposal.receipt or {}
    return [
        ("why", proposal.why),
        ("asked by", f"{proposal.requester} through {proposal.agent} ({proposal.tool})"),
        ("record", f"{record} in {operation.object}"),
        ("also", "\n".join(proposal.cascades)),
        ("rule", f"{ruling.rule}: {ruling.because}"),
        ("may decide", f"{', '.join(deciders(policies, proposal)) or 'nobody'} ({ruling.quorum} needed)"),
        ("grade", f"{proposal.grade.value}: {_GRADE[proposal.grade]}"),
        ("undo", f"{proposal.undo.value}: {_UNDO[proposal.undo]}"),
        ("confidence", proposal.confidence),
        ("expires", proposal.expires_at.isoformat()),
        ("reason", proposal.reason),
        ("receipt", "\n".join(f"{name}: {value}" for name, value in receipt.items() if value not in ("", None))),
        ("run", f"{proposal.run}, changeset {proposal.changeset}, revision {proposal.revision}"),
        ("sends", canonical(operation.to_json()).decode()),
        ("digest", proposal.digest),
    ]


def _attempts(history: Sequence[Entry]) -> list[Entry]:
    return [one for one in history if one.kind in _SENDING]


def _attempt(entry: Entry) -> str:
    names = ("worker", "fence", "outcome", "switch")
    return ", ".join(f"{name} {entry.facts[name]}" for name in names if name in entry.facts)
