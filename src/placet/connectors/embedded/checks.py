"""Whether a value fits a field. A system that is asked for nonsense says so in a sentence."""

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from placet.connectors.embedded.tables import stamp
from placet.errors import ChangeRefused
from placet.vocabulary import FieldSchema, Json, ObjectSchema, as_money, to_json

_TEXT_CHARACTERS = 255
_PROSE_CHARACTERS = 20_000
_CURRENCY = re.compile(r"[A-Z]{3}")

BOUNDS: Mapping[tuple[str, str], tuple[int, int]] = {
    ("crm.opportunity", "probability"): (0, 100),
    ("crm.opportunity", "discount_percent"): (0, 100),
    ("crm.lead", "score"): (0, 100),
    ("erp.product", "reorder_point"): (0, 1_000_000),
    ("erp.stock", "on_hand"): (0, 1_000_000),
    ("erp.supplier", "lead_time_days"): (0, 730),
    ("erp.sales_order", "quantity"): (1, 1_000_000),
    ("erp.purchase_order", "quantity"): (1, 1_000_000),
}
"""The least and the greatest number these fields hold."""


def check_fields(schema: ObjectSchema, fields: Mapping[str, Json]) -> dict[str, Json]:
    """`fields` as they will be stored. References are checked for form only.

    Raises:
        ChangeRefused: a field is unknown or read-only, is emptied though required, or its value does not fit.
    """
    return {name: _checked(schema, name, value) for name, value in fields.items()}


def check_complete(schema: ObjectSchema, fields: Mapping[str, Json]) -> None:
    """Refuse a new record that lacks what every record needs.

    Raises:
        ChangeRefused: a required field is missing.
    """
    for field in schema.fields:
        if field.required and fields.get(field.name) in (None, ""):
            raise refusal(schema, f"`{field.name}` is required")


def known_field(schema: ObjectSchema, name: str) -> FieldSchema:
    """The field called `name`.

    Raises:
        ChangeRefused: there is none; the message names the nearest.
    """
    field = schema.field(name)
    if field is None:
        near = difflib.get_close_matches(name, [one.name for one in schema.fields], n=1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise refusal(schema, f"`{schema.object}` has no field `{name}`{hint}")
    return field


def refusal(schema: ObjectSchema, reason: str) -> ChangeRefused:
    """The error of a change that does not fit `schema`."""
    return ChangeRefused(system=schema.object.partition(".")[0], reason=reason)


def _checked(schema: ObjectSchema, name: str, value: Json) -> Json:
    field = known_field(schema, name)
    if field.readonly:
        raise refusal(schema, f"`{name}` is read-only")
    if value is None or value == "":
        if field.required:
            raise refusal(schema, f"`{name}` is required and cannot be emptied")
        return value if field.kind in {"text", "long_text"} else None
    try:
        fitted = fit(field, value)
    except ValueError as error:
        raise refusal(schema, f"`{name}` {error}") from None
    low, high = BOUNDS.get((schema.object, name), (None, None))
    if low is not None and high is not None and isinstance(fitted, int) and not low <= fitted <= high:
        raise refusal(schema, f"`{name}` must be between {low} and {high}")
    return fitted


def fit(field: FieldSchema, value: Json) -> Json:
    """A value that is not empty, in the form the field stores.

    Raises:
        ValueError: it is of another kind; the message continues a sentence that begins with the field.
    """
    return _FITS[field.kind](field, to_json(value))


def _line(field: FieldSchema, value: Json) -> Json:
    limit = _PROSE_CHARACTERS if field.kind == "long_text" else _TEXT_CHARACTERS
    if not isinstance(value, str):
        raise ValueError("must be text")  # noqa: TRY004 - the value is data, not a programming error
    if len(value) > limit:
        raise ValueError(f"must not be longer than {limit} characters")
    if "\0" in value:
        raise ValueError("must not hold a null character")
    return value


def _integer(_field: FieldSchema, value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be a whole number")  # noqa: TRY004 - the value is data, not a programming error
    return value


def _decimal(_field: FieldSchema, value: Json) -> Json:
    try:
        number = Decimal(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise ValueError("must be a decimal number, written as text")
    return format(number, "f")


def _money(_field: FieldSchema, value: Json) -> Json:
    money = as_money(value)
    if money is None or isinstance(money.minor, bool) or not _CURRENCY.fullmatch(money.currency):
        raise ValueError('must be an amount such as {"minor": 100, "currency": "EUR"}')
    return {"minor": money.minor, "currency": money.currency}


def _date(_field: FieldSchema, value: Json) -> Json:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "").isoformat()
    except ValueError:
        raise ValueError("must be a date such as 2026-03-31") from None


def _datetime(_field: FieldSchema, value: Json) -> Json:
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("must be a time such as 2026-03-31T09:00:00+00:00") from None
    return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _boolean(_field: FieldSchema, value: Json) -> Json:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - the value is data, not a programming error
    return value


def _enum(field: FieldSchema, value: Json) -> Json:
    if value not in field.choices:
        raise ValueError(f"must be one of {', '.join(f'`{choice}`' for choice in field.choices)}")
    return value


_FITS: Mapping[str, Callable[[FieldSchema, Json], Json]] = {
    "text": _line,
    "long_text": _line,
    "integer": _integer,
    "decimal": _decimal,
    "money": _money,
    "date": _date,
    "datetime": _datetime,
    "boolean": _boolean,
    "enum": _enum,
    "reference": _line,
}
