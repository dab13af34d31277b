"""From a draft operation to a whole proposal: record, before → after, grade, cascades, evidence, ruling, digest."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from placet.connectors import Reader
from placet.errors import ArgumentInvalid, PolicyDenied, RecordMissing, ReferenceUnknown, ScopeDenied
from placet.rules import Policies, Question, evaluate, undecidable
from placet.toolbox.declarations import ToolDeclaration
from placet.toolbox.diff import changes_of, exact_fields, title_of
from placet.toolbox.turn import Turn
from placet.vocabulary import (
    Draft,
    Effect,
    Evidence,
    FieldChange,
    Json,
    Operation,
    OperationKind,
    Proposal,
    Record,
    Ruling,
    Scope,
    Undo,
    Verdict,
    digest_of,
    in_words,
)

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_id(prefix: str, length: int = 10) -> str:
    """A short id people can read aloud: no 0, 1, I, L or O."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft with everything that was read to judge it."""

    declaration: ToolDeclaration
    operation: Operation
    name: str
    base: Record | None
    changes: tuple[FieldChange, ...]
    title: str
    cascades: tuple[str, ...]


async def examine(declaration: ToolDeclaration, draft: Draft, reader: Reader, names: Reader) -> Drafted:
    """Read what the draft would change and put it into exact values.

    `reader` is the scoped one; `names` looks up what references on the card are called, whoever asked: the
    approver must see id and name.

    Raises:
        ModelMistake: it is outside the tool's scope, does not fit the object, or would change nothing.
    """
    actual = Scope(*draft.object.partition(".")[::2], draft.verb)
    if actual != declaration.scope:
        raise ScopeDenied(scope=str(actual), who=f"tool `{declaration.name}`, which declares `{declaration.scope}`")
    schema = reader.describe(draft.object)
    base = await _base(reader, draft)
    fields = exact_fields(declaration.name, draft, schema, base)
    record = draft.record.id if draft.record else ""
    operation = Operation(draft.kind, draft.object, record, fields, draft.verb)
    changes = await changes_of(names, operation, schema, base)
    if draft.kind is OperationKind.UPDATE and not changes:
        raise ArgumentInvalid(tool=declaration.name, argument="arguments", reason="nothing would change by this")
    name = base.name if base else _name(fields.get(schema.name_field), changes)
    return Drafted(
        declaration=declaration,
        operation=operation,
        name=name,
        base=base,
        changes=changes,
        title=title_of(operation, schema, name, changes),
        cascades=tuple(await reader.cascades(operation)),
    )


def _name(given: Json, changes: tuple[FieldChange, ...]) -> str:
    """What to call a record that does not exist yet: its name, or else its first fields."""
    words = in_words(given) if given else ", ".join(f"{row.label.lower()} {row.after_words}" for row in changes[:3])
    return words.splitlines()[0][:120]


async def _base(reader: Reader, draft: Draft) -> Record | None:
    if draft.record is None:
        return None
    try:
        return await reader.read(draft.object, draft.record.id)
    except RecordMissing:
        raise ReferenceUnknown(object=draft.object, said=draft.record.id) from None


def judge(policies: Policies, turn: Turn, drafted: Drafted, reader: Reader, *, now: datetime) -> Ruling:
    """The policy's ruling on a draft.

    Raises:
        PolicyDenied: a rule refuses it, or none allows it.
    """
    question = Question(
        scope=drafted.declaration.scope,
        effect=drafted.declaration.effect,
        mode=turn.agent.mode,
        context=_context(turn, drafted, reader),
    )
    ruling = evaluate(policies, question, now=now)
    if ruling.verdict is Verdict.DENY:
        raise PolicyDenied(rule=ruling.rule, because=ruling.because)
    nobody = undecidable(policies, ruling, turn.requester.id)
    if nobody:
        raise PolicyDenied(rule=ruling.rule, because=nobody)
    return ruling


def _context(turn: Turn, drafted: Drafted, reader: Reader) -> dict[str, Json]:
    change: dict[str, Json] = {row.field: {"before": row.before, "after": row.after} for row in drafted.changes}
    values: Mapping[str, Json] = drafted.base.values if drafted.base else drafted.operation.fields
    return {
        "change": change,
        "record": {"id": drafted.operation.record, **values},
        "requester": {"id": turn.requester.id, "email": turn.requester.email, "roles": list(turn.requester.roles)},
        "agent": {"id": turn.agent.id},
        "confidence": turn.confidence,
        "grade": reader.capabilities(drafted.operation.object).grade.value,
        "tainted": any(one.tainted for one in turn.evidence),
    }


def _undo(drafted: Drafted, reader: Reader) -> Undo:
    """What can be taken back: a transition only by the step that counters it, something sent out never."""
    operation = drafted.operation
    if drafted.declaration.effect is Effect.EGRESS:
        return Undo.NONE
    if operation.kind is OperationKind.TRANSITION:
        steps = reader.describe(operation.object).transitions
        counter = next((step.compensate for step in steps if step.name == operation.verb), "")
        return Undo.COMPENSATE if counter else Undo.NONE
    return reader.capabilities(operation.object).undo


def proposal_of(
    turn: Turn,
    drafted: Drafted,
    ruling: Ruling,
    reader: Reader,
    *,
    call: str,
    changeset: str,
    position: int,
    now: datetime,
) -> Proposal:
    """The whole proposal, sealed with its digest."""
    capabilities = reader.capabilities(drafted.operation.object)
    proposal = Proposal(
        id=new_id("P-"),
        revision=1,
        changeset=changeset,
        run=turn.run,
        position=position,
        agent=turn.agent.id,
        requester=turn.requester.id,
        tool=drafted.declaration.name,
        tool_hash=drafted.declaration.schema_hash,
        connector=reader.system,
        connector_version=reader.version,
        operation=drafted.operation,
        record_name=drafted.name,
        base_version=drafted.base.version if drafted.base else "",
        grade=capabilities.grade,
        undo=_undo(drafted, reader),
        title=drafted.title,
        changes=drafted.changes,
        why=turn.request,
        evidence=(Evidence(text=turn.request, source=f"message from {turn.requester.name}"), *turn.evidence),
        cascades=drafted.cascades,
        ruling=ruling,
        confidence=turn.confidence,
        nonce=secrets.token_hex(16),
        created_at=now,
        expires_at=now + timedelta(seconds=ruling.expires_in_seconds),
        digest="",
        call=call,
        context=_context(turn, drafted, reader),
    )
    return replace(proposal, digest=digest_of(proposal))
