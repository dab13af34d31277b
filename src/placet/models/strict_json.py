"""JSON arguments of a tool call, read so that nothing is guessed, repaired or rounded.

Python's own reader keeps the last of two equal keys, accepts `NaN`, rounds numbers to doubles and lets lone
surrogates through. Each of these lets the payload differ from what a second reader of the same text would
see, so each is refused here (RFC 8259 section 4 and 8.2, RFC 7493 "I-JSON" section 2).
"""

import json
import math
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeVar

from placet.errors import AnswerUnusable
from placet.vocabulary import Json

_Value = TypeVar("_Value")

MAX_DEPTH = 32
"""Objects and arrays inside each other, the outermost included. No business record comes near it."""

MAX_BYTES = 64 * 1024
"""UTF-8 bytes of one call's arguments."""

MAX_DIGITS = 64
"""Digits before and after the point of a decimal. `1e999999999` would otherwise write a gigabyte."""

LARGEST_INTEGER = 2**53 - 1
"""The largest integer every JSON reader keeps exact (RFC 7493 section 2.2); longer ones belong in text."""


def parse_arguments(raw: str) -> dict[str, Json]:
    """Read the raw argument text of one call.

    Integers stay integers; every other number becomes a decimal string without an exponent (`1e3` is
    `"1000"`, `0.10` is `"0.10"`). Text and keys are NFC.

    Raises:
        AnswerUnusable: the text is not exactly one JSON object within the limits of this module.
    """
    _fits(raw)
    try:
        value = json.loads(
            raw,
            object_pairs_hook=unique_keys,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        refuse(f"the arguments are not valid JSON: {error.msg} at character {error.pos}")
    except RecursionError:
        refuse(f"the arguments are nested deeper than {MAX_DEPTH}")
    return _object(value)


def clean_arguments(value: object) -> dict[str, Json]:
    """Hold already parsed arguments to the same rules, for models that give no raw text.

    A float becomes the shortest decimal that stands for it.

    Raises:
        AnswerUnusable: as `parse_arguments`.
    """
    cleaned = _object(value)
    _fits(json.dumps(cleaned, ensure_ascii=False))
    return cleaned


def exact_text(value: str) -> str:
    """`value` in NFC.

    Raises:
        AnswerUnusable: it holds a lone surrogate or a NUL, which no database or card can show.
    """
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        refuse("a text holds a NUL or a lone surrogate")
    return unicodedata.normalize("NFC", value)


def refuse(reason: str) -> NoReturn:
    """Raise the one error of this reading."""
    raise AnswerUnusable(reason=reason)


def _fits(raw: str) -> None:
    if len(raw.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        refuse(f"the arguments are longer than {MAX_BYTES} bytes")


def unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An `object_pairs_hook` that refuses a key given twice, also if only its Unicode form differs.

    Raises:
        AnswerUnusable: a key appears twice.
    """
    return _without_twins((exact_text(key), value) for key, value in pairs)


def _without_twins(pairs: Iterable[tuple[str, _Value]]) -> dict[str, _Value]:
    found: dict[str, _Value] = {}
    for key, value in pairs:
        if key in found:
            refuse(f"the key `{key[:40]}` appears twice in one object")
        found[key] = value
    return found


def _integer(literal: str) -> int:
    # Length first: reading a very long literal is quadratic, and Python itself gives up at 4,300 digits.
    if len(literal) > len(str(LARGEST_INTEGER)) + 1 or abs(int(literal)) > LARGEST_INTEGER:
        refuse(f"the number `{literal[:40]}` is too large to be exact; write it as text")
    return int(literal)


def _decimal(literal: str) -> str:
    try:
        return _written_out(Decimal(literal))
    except InvalidOperation:
        refuse(f"the number `{literal[:40]}` is out of range")


def _written_out(number: Decimal) -> str:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MAX_DIGITS or number.adjusted() >= MAX_DIGITS:
        refuse(f"a number has more than {MAX_DIGITS} digits before or after the point")
    return format(number or abs(number), "f")


def _no_constant(literal: str) -> NoReturn:
    refuse(f"`{literal}` is not a JSON number")


def _object(value: object) -> dict[str, Json]:
    if not isinstance(value, dict):
        refuse("the arguments are not a JSON object")
    cleaned = _clean(value, 1)
    assert isinstance(cleaned, dict)
    return cleaned


def _clean(value: object, depth: int) -> Json:
    match value:
        case None | bool():
            return value
        case int():
            return _integer(str(value)) if abs(value) <= LARGEST_INTEGER else _too_large()
        case float():
            return _written_out(Decimal(repr(value))) if math.isfinite(value) else _no_constant(str(value))
        case str():
            return exact_text(value)
        case list() | dict() if depth > MAX_DEPTH:
            refuse(f"the arguments are nested deeper than {MAX_DEPTH}")
        case list():
            return [_clean(item, depth + 1) for item in value]
        case dict():
            return _without_twins((_key(key), _clean(item, depth + 1)) for key, item in value.items())
        case _:
            refuse(f"a value of kind {type(value).__name__} is not JSON")


def _key(key: object) -> str:
    return exact_text(key) if isinstance(key, str) else refuse("a key is not text")


def _too_large() -> NoReturn:
    refuse("a number is too large to be exact; write it as text")
