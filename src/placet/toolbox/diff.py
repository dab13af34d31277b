"""Before → after in exact values and in words."""

from collections.abc import Mapping
from decimal import Decimal

from placet.connectors import Reader
from placet.errors import ArgumentInvalid, ConnectorError, RecordMissing, ScopeDenied
from placet.vocabulary import (
    Draft,
    FieldChange,
    FieldSchema,
    Json,
    ObjectSchema,
    Operation,
    OperationKind,
    Record,
    as_money,
    exact,
    in_words,
)

TITLE_MAX = 140
"""A Slack header holds 150 characters; this leaves room for the mark in front of it."""


def exact_fields(tool: str, draft: Draft, schema: ObjectSchema, base: Record | None) -> dict[str, Json]:
    """The draft's fields in exact values, checked against the object's schema.

    Raises:
        ArgumentInvalid: a field is unknown, read-only, not a choice, or has no exact form.
    """
    fields: dict[str, Json] = {}
    for name, value in draft.fields.items():
        field = schema.field(name)
        if field is None or field.readonly:
            why = "is read-only" if field else f"does not exist on {schema.label}"
            raise ArgumentInvalid(tool=tool, argument=name, reason=f"the field {why}")
        try:
            fields[name] = exact(value, _currency(field, base))
        except ValueError as error:
            raise ArgumentInvalid(tool=tool, argument=name, reason=str(error)) from None
        if field.choices and fields[name] not in (*field.choices, None):
            choices = ", ".join(field.choices)
            raise ArgumentInvalid(tool=tool, argument=name, reason=f"`{fields[name]}` is none of {choices}")
    return fields


def _currency(field: FieldSchema, base: Record | None) -> str | None:
    """The currency an amount without one is meant in: the field's present one, or any other on the record."""
    values = base.values if base else {}
    own = as_money(values.get(field.name))
    others = (as_money(value) for value in values.values())
    first = own or next((money for money in others if money is not None), None)
    return first.currency if first else None


async def changes_of(
    reader: Reader, operation: Operation, schema: ObjectSchema, base: Record | None
) -> tuple[FieldChange, ...]:
    """One row per field that changes, in the order of the schema."""
    before = base.values if base else {}
    after: Mapping[str, Json] = operation.fields
    if operation.kind is OperationKind.TRANSITION and schema.state_field:
        step = next((one for one in schema.transitions if one.name == operation.verb), None)
        after = {schema.state_field: step.to_state if step else operation.verb}
    if operation.kind is OperationKind.DELETE:
        after = {name: None for name, value in before.items() if value is not None}
    return tuple(
        [
            await _row(reader, field, before.get(field.name), after[field.name])
            for field in schema.fields
            if field.name in after and before.get(field.name) != after[field.name]
        ]
    )


async def _row(reader: Reader, field: FieldSchema, before: Json, after: Json) -> FieldChange:
    return FieldChange(
        field=field.name,
        label=field.label,
        before=before,
        after=after,
        before_words=await _words(reader, field, before),
        after_words=await _words(reader, field, after),
        delta=delta(before, after),
    )


async def _words(reader: Reader, field: FieldSchema, value: Json) -> str:
    """A value in words; a reference shows name and id."""
    if field.reference and isinstance(value, str) and value:
        try:
            record = await reader.read(field.reference, value)
        except (RecordMissing, ConnectorError, ScopeDenied):
            return value
        return f"{record.name} ({record.id})"
    return in_words(value)


def delta(before: Json, after: Json) -> str:
    """The change of a number or amount in percent, such as `+26.3%`; empty where it has no meaning."""
    old, new = _number(before), _number(after)
    if old is None or new is None or old == 0 or _unit(before) != _unit(after):
        return ""
    percent = (new - old) / old * 100
    sign = "+" if percent > 0 else "\N{MINUS SIGN}"
    return f"{sign}{abs(percent):,.1f}%"


def _number(value: Json) -> Decimal | None:
    money = as_money(value)
    if money is not None:
        return money.value
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _unit(value: Json) -> str:
    money = as_money(value)
    return money.currency if money else ""


def title_of(operation: Operation, schema: ObjectSchema, name: str, changes: tuple[FieldChange, ...]) -> str:
    """One sentence that says what would change, for headers and notifications. At most `TITLE_MAX` characters."""
    noun = schema.noun
    match operation.kind:
        case OperationKind.UPDATE:
            first = changes[0]
            more = f" (+{len(changes) - 1} more)" if len(changes) > 1 else ""
            step = f" ({first.delta})" if first.delta else ""
            text = f"{name}: {first.label.lower()} {first.before_words} → {first.after_words}{step}{more}"
        case OperationKind.CREATE:
            text = f"New {noun}: {name}"
        case OperationKind.DELETE:
            text = f"Delete {noun} {name}"
        case _:
            text = f"{operation.verb.replace('_', ' ').capitalize()} {noun} {name}"
    return text if len(text) <= TITLE_MAX else f"{text[: TITLE_MAX - 1]}…"
