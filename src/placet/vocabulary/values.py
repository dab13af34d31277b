"""JSON without floats: the only values that enter a payload, a digest or the ledger."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from typing_extensions import TypeAliasType

from placet.vocabulary.money import Money

if TYPE_CHECKING:
    Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
else:  # pydantic needs a named recursive type; mypy needs the plain alias
    Json = TypeAliasType("Json", bool | int | str | list["Json"] | dict[str, "Json"] | None)

_LARGEST = 2**53 - 1  # RFC 8785 (JCS) inherits the exact integers of IEEE 754 doubles


def to_json(value: object) -> Json:  # noqa: PLR0911 - one return per kind of value reads as the table it is
    """Turn `value` into plain JSON: text is NFC, decimals are strings, money is `{minor, currency}`.

    Raises:
        ValueError: it holds a float, an integer above 2**53 - 1, a lone surrogate, two keys that are the same text,
            or an unknown type.
    """
    match value:
        case None | bool():
            return value
        case int():
            if abs(value) > _LARGEST:
                raise ValueError(f"`{value}` is too large; write it as text")
            return value
        case str():
            return _text(value)
        case Decimal() if value.is_finite():
            return format(value, "f")
        case datetime() | date():
            return value.isoformat()
        case Money():
            return {"minor": to_json(value.minor), "currency": value.currency}
        case Mapping():
            return _object(value)
        case Sequence() | set() | frozenset() if not isinstance(value, bytes | bytearray | memoryview):
            items = sorted(value) if isinstance(value, set | frozenset) else value
            return [to_json(item) for item in items]
        case _:
            raise ValueError(f"a value of kind {type(value).__name__} cannot be written down exactly")


def _object(value: Mapping[Any, object]) -> dict[str, Json]:
    items = {_text(str(key)): to_json(item) for key, item in value.items()}
    if len(items) != len(value):
        raise ValueError("two keys are the same text, so one value would be lost")
    return items


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError("the text holds a lone surrogate") from error
    return unicodedata.normalize("NFC", value)


def as_money(value: Json) -> Money | None:
    """The money a JSON value stands for, or `None`."""
    if isinstance(value, dict) and value.keys() == {"minor", "currency"}:
        minor, currency = value["minor"], value["currency"]
        if isinstance(minor, int) and not isinstance(minor, bool) and isinstance(currency, str):
            return Money(minor, currency)
    return None


def in_words(value: Json) -> str:
    """A value as a person reads it, for cards, tables and answers. Never empty: nothing is `—`."""
    money = as_money(value)
    if money is not None:
        return str(money)
    match value:
        case None | "":
            return "—"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(in_words(item) for item in value) or "—"
        case dict():
            return "; ".join(f"{key}: {in_words(item)}" for key, item in value.items()) or "—"
        case _:
            return str(value)
