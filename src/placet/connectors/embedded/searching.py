"""Typed conditions as SQL. There are no raw query strings: every value is a bound parameter."""

import base64
import binascii
import difflib
from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement, Table, and_, false, func, or_

from placet.connectors.embedded.checks import fit
from placet.errors import ConnectorError
from placet.vocabulary import Condition, FieldSchema, Json, ObjectSchema, as_money

_ID = FieldSchema(name="id", label="Id", kind="text")
_ORDERED = frozenset({"integer", "money", "date", "datetime"})
_CURSOR = "after:"


def clause(schema: ObjectSchema, table: Table, condition: Condition) -> ColumnElement[bool]:
    """`condition` over the object's table. The pseudo-field `id` may be asked for as well.

    Raises:
        ConnectorError: the field is unknown, or the comparison or value does not fit it.
    """
    field = _ID if condition.field == "id" else schema.field(condition.field)
    if field is None:
        near = difflib.get_close_matches(condition.field, [one.name for one in schema.fields], n=1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise _wrong(schema, f"`{schema.object}` has no field `{condition.field}`{hint}")
    try:
        return _COMPARISONS[condition.comparison](field, table, condition.value)
    except ValueError as error:
        raise _wrong(schema, f"`{field.name}` {error}") from None


def cursor_after(record: str) -> str:
    """A cursor that continues after `record`."""
    return base64.urlsafe_b64encode(f"{_CURSOR}{record}".encode()).decode()


def after_cursor(schema: ObjectSchema, cursor: str) -> str:
    """The record a cursor continues after.

    Raises:
        ConnectorError: the text is not a cursor of this system.
    """
    try:
        text = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not text.startswith(_CURSOR):
        raise _wrong(schema, "the cursor is not one this system gave")
    return text.removeprefix(_CURSOR)


def _wrong(schema: ObjectSchema, reason: str) -> ConnectorError:
    return ConnectorError(system=schema.object.partition(".")[0], reason=reason)


def _is(field: FieldSchema, table: Table, value: Json) -> ColumnElement[bool]:
    if value is None or value == "":
        return _empty(field, table)
    fitted = fit(field, value)
    if field.kind == "money":
        return and_(_currency(field, table, fitted), table.c[f"{field.name}_minor"] == _minor(fitted))
    return table.c[field.name] == fitted


def _empty(field: FieldSchema, table: Table) -> ColumnElement[bool]:
    """People leave text empty in two ways, and mean the same by both."""
    if field.kind in {"text", "long_text"}:
        return func.coalesce(table.c[field.name], "") == ""
    return table.c[f"{field.name}_minor" if field.kind == "money" else field.name].is_(None)


def _is_not(field: FieldSchema, table: Table, value: Json) -> ColumnElement[bool]:
    return func.coalesce(_is(field, table, value), False).is_(False)


def _contains(field: FieldSchema, table: Table, value: Json) -> ColumnElement[bool]:
    if field.kind not in {"text", "long_text"} or not isinstance(value, str):
        raise ValueError("is not text that could contain text")
    return func.instr(func.casefold(table.c[field.name]), value.casefold()) > 0


def _one_of(field: FieldSchema, table: Table, value: Json) -> ColumnElement[bool]:
    if not isinstance(value, list):
        raise ValueError("needs a list of values for `one_of`")  # noqa: TRY004 - the value is data
    return or_(false(), *(_is(field, table, one) for one in value))


def _at_least(field: FieldSchema, table: Table, value: Json) -> ColumnElement[bool]:
    column, bound, same = _ordered(field, table, value)
    return and_(same, column >= bound)


def _at_most(field: FieldSchema, table: Table, value: Json) -> ColumnElement[bool]:
    column, bound, same = _ordered(field, table, value)
    return and_(same, column <= bound)


def _ordered(field: FieldSchema, table: Table, value: Json) -> tuple[ColumnElement[object], Json, ColumnElement[bool]]:
    """The column to compare, what to compare it with, and what must hold beside: amounts of one currency."""
    if field.kind not in _ORDERED:
        raise ValueError("has no order to compare by")
    fitted = fit(field, value)
    if field.kind == "money":
        return table.c[f"{field.name}_minor"], _minor(fitted), _currency(field, table, fitted)
    return table.c[field.name], fitted, table.c[field.name].is_not(None)


def _currency(field: FieldSchema, table: Table, value: Json) -> ColumnElement[bool]:
    money = as_money(value)
    return table.c[f"{field.name}_currency"] == (money.currency if money else "")


def _minor(value: Json) -> int:
    money = as_money(value)
    return money.minor if money else 0


_COMPARISONS: Mapping[str, Callable[[FieldSchema, Table, Json], ColumnElement[bool]]] = {
    "is": _is,
    "is_not": _is_not,
    "contains": _contains,
    "one_of": _one_of,
    "at_least": _at_least,
    "at_most": _at_most,
}
