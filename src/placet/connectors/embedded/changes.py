"""Carrying out one operation inside an open transaction.

Every kind writes under the guard first and applies the rules afterwards: a record that moved is a conflict, whatever
state it moved to, and a rule that says no takes the write back with the transaction.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement

from placet.connectors.embedded.checks import check_complete, check_fields, known_field
from placet.connectors.embedded.effects import carry_out, derived, locked, plan, refused
from placet.connectors.embedded.rows import Rows, Stored
from placet.vocabulary import Json, ObjectSchema, Operation, OperationKind

_FIRST_CHOICE = frozenset({"stage", "status", "state"})
"""Enums a new record starts at the first choice of, when nothing is said."""

_PRICED = frozenset({"unit_price", "quantity", "product"})


def well_formed(operation: Operation) -> None:
    """Refuse an operation whose parts do not belong together.

    Raises:
        ChangeRefused: the verb is not the kind's, or a record or fields are given where there are none.
    """
    kind = operation.kind
    if kind is OperationKind.CALL:
        raise refused(operation, f"`{operation.object}` has no call `{operation.verb}`")
    if kind is not OperationKind.TRANSITION and operation.verb != kind.value:
        raise refused(operation, f"a `{kind.value}` cannot have the verb `{operation.verb}`")
    if (kind is OperationKind.CREATE) == bool(operation.record):
        raise refused(operation, f"a `{kind.value}` {'takes no' if operation.record else 'needs a'} record id")
    takes_fields = kind in {OperationKind.CREATE, OperationKind.UPDATE}
    if takes_fields != bool(operation.fields):
        raise refused(operation, f"a `{kind.value}` {'needs' if takes_fields else 'takes no'} fields")


def perform(rows: Rows, operation: Operation, guard: Sequence[ColumnElement[bool]]) -> str:
    """Carry out `operation` and give the id of its record.

    Raises:
        ChangeRefused: the system will not make the change; the transaction must be rolled back.
    """
    if operation.kind is OperationKind.CREATE:
        return _create(rows, operation)
    stored = rows.get(operation.object, operation.record)
    if stored is None:
        raise refused(operation, f"no `{operation.object}` `{operation.record}` is visible", "not_visible")
    match operation.kind:
        case OperationKind.UPDATE:
            _update(rows, operation, stored, guard)
        case OperationKind.DELETE:
            _delete(rows, operation, stored, guard)
        case _:
            _transition(rows, operation, stored, guard)
    return operation.record


def _create(rows: Rows, operation: Operation) -> str:
    schema = rows.schema(operation.object)
    fields = check_fields(schema, operation.fields)
    check_complete(schema, fields)
    _references_exist(rows, schema, operation, fields)
    values = _defaults(schema) | fields
    return rows.add(operation.object, values | derived(rows, operation.object, values))


def _defaults(schema: ObjectSchema) -> dict[str, Json]:
    values: dict[str, Json] = {}
    for field in schema.fields:
        if field.kind == "boolean":
            values[field.name] = False
        elif field.kind == "enum" and field.name in _FIRST_CHOICE:
            values[field.name] = field.choices[0]
        elif field.kind == "integer" and schema.object == "erp.stock":
            values[field.name] = 0
    return values


def _update(rows: Rows, operation: Operation, stored: Stored, guard: Sequence[ColumnElement[bool]]) -> None:
    schema = rows.schema(operation.object)
    fields = check_fields(schema, operation.fields)
    if operation.fields.keys() & _PRICED:
        # A new product brings its own price unless one is said.
        repriced = {"unit_price": None} if "product" in fields else {}
        fields = fields | derived(rows, operation.object, dict(stored.values) | repriced | fields)
    _write(rows, operation, fields, guard)
    locked(rows, operation, stored)
    _references_exist(rows, schema, operation, fields)


def _delete(rows: Rows, operation: Operation, stored: Stored, guard: Sequence[ColumnElement[bool]]) -> None:
    if not rows.remove(operation.object, operation.record, guard):
        raise _moved(operation)
    locked(rows, operation, stored)
    users = rows.users(operation.object, operation.record)
    if users:
        listed = ", ".join(f"{count} {noun}" for noun, count in users)
        raise refused(operation, f"`{operation.record}` is still used by {listed}")
    if stored.number("reserved") or stored.number("incoming"):
        raise refused(operation, f"`{operation.record}` still holds reserved or incoming stock")


def _transition(rows: Rows, operation: Operation, stored: Stored, guard: Sequence[ColumnElement[bool]]) -> None:
    schema = rows.schema(operation.object)
    step = next((one for one in schema.transitions if one.name == operation.verb), None)
    if step is None:
        raise refused(operation, f"`{operation.object}` has no transition `{operation.verb}`")
    _write(rows, operation, {schema.state_field: step.to_state}, guard)
    carry_out(rows, plan(rows, operation, stored))


def _write(rows: Rows, operation: Operation, fields: dict[str, Json], guard: Sequence[ColumnElement[bool]]) -> None:
    if not rows.set(operation.object, operation.record, fields, guard):
        raise _moved(operation)


def _moved(operation: Operation) -> Exception:
    return refused(operation, f"`{operation.record}` was changed by someone else since it was read", "conflict")


def _references_exist(rows: Rows, schema: ObjectSchema, operation: Operation, fields: dict[str, Json]) -> None:
    for name, value in fields.items():
        target = known_field(schema, name).reference
        if target and value is not None and rows.get(target, str(value)) is None:
            raise refused(operation, f"`{name}` points to `{value}`, and no {target} is called that")
