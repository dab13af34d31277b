import json
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from placet.errors import AnswerUnusable
from placet.models.strict_json import LARGEST_INTEGER, MAX_BYTES, MAX_DEPTH, clean_arguments, parse_arguments
from placet.vocabulary import Json

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
scalars = st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | text
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4))
objects = st.dictionaries(text, values, max_size=5).filter(lambda value: "twice" not in _why(json.dumps(value)))


def _why(raw: str) -> str:
    try:
        parse_arguments(raw)
    except AnswerUnusable as error:
        return error.reason
    return ""


def _in_nfc(value: Json) -> Json:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case list():
            return [_in_nfc(item) for item in value]
        case dict():
            return {unicodedata.normalize("NFC", key): _in_nfc(item) for key, item in value.items()}
        case _:
            return value


@given(objects, st.booleans())
def test_every_exact_object_is_read_as_it_was_written(value: dict[str, Json], ascii_only: bool) -> None:  # noqa: FBT001 - hypothesis gives positionals
    assert parse_arguments(json.dumps(value, ensure_ascii=ascii_only)) == _in_nfc(value)


@given(st.text() | st.text(alphabet='{}[]":,0123456789eE.-+truefalsn \\u"d8'))
@example("[" * 60_000)
@example('{"a":' * 10_000)
@example('{"a": 1e99999999999999999999}')
@example('{"a": ' + "9" * 5000 + "}")
def test_any_text_is_an_object_or_a_reason_and_nothing_else(raw: str) -> None:
    try:
        found: object = parse_arguments(raw)
    except AnswerUnusable as error:
        found = {"refused": error.reason}
    assert isinstance(found, dict)
    assert found.get("refused", "a reason")


@given(objects)
def test_reading_what_was_read_changes_nothing(value: dict[str, Json]) -> None:
    once = parse_arguments(json.dumps(value))
    assert parse_arguments(json.dumps(once)) == once == clean_arguments(once)


@given(text, values, values)
def test_a_key_given_twice_is_refused_at_any_depth(key: str, first: Json, second: Json) -> None:
    name = json.dumps(key)
    pair = f"{{{name}: {json.dumps(first)}, {name}: {json.dumps(second)}}}"
    assert _why(pair)
    assert _why(f'{{"outer": [{pair}]}}')


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_a_decimal_keeps_every_digit(number: Decimal) -> None:
    assert parse_arguments(f'{{"n": {number:f}}}')["n"] == f"{number or abs(number):f}"


@pytest.mark.parametrize(
    ("literal", "read"),
    [
        ("1e3", "1000"),
        ("0.10", "0.10"),
        ("-0.0", "0.0"),
        ("1.5E-3", "0.0015"),
        ("120", 120),
        ("-7", -7),
        ("9007199254740991", LARGEST_INTEGER),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
    ],
)
def test_numbers_are_integers_or_decimal_strings(literal: str, read: Json) -> None:
    assert parse_arguments(f'{{"n": {literal}}}') == {"n": read}


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "null",
        "[]",
        '"text"',
        '{"a": 1',
        '{"a": 1} {"b": 2}',
        '{"a": 1,}',
        "{'a': 1}",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 01}',
        '{"a": 9007199254740993}',
        '{"a": 1e65}',
        '{"a": 1e-65}',
        '{"a": "\\ud800"}',
        '{"\\udfff": 1}',
        '{"a": "\\u0000"}',
        '{"a": "line\nbreak"}',
        '{"\u00e9": 1, "e\u0301": 2}',
        "\ufeff{}",
    ],
)
def test_what_two_readers_could_read_differently_is_refused(raw: str) -> None:
    assert _why(raw)


def test_the_limits_of_depth_and_size_are_exact() -> None:
    def nested(depth: int) -> str:
        return '{"a":' * depth + "1" + "}" * depth

    def long(size: int) -> str:
        return json.dumps({"a": "x" * (size - len('{"a": ""}'))})

    assert not _why(nested(MAX_DEPTH))
    assert "nested" in _why(nested(MAX_DEPTH + 1))
    assert not _why(long(MAX_BYTES))
    assert "bytes" in _why(long(MAX_BYTES + 1))


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"a": float("nan")},
        {"a": float("inf")},
        {"a": 2**53},
        {"a": object()},
        {1: "a"},
        {"a": "\ud800"},
        {"\u00e9": 1, "e\u0301": 2},
        {"a": "x" * MAX_BYTES},
    ],
)
def test_parsed_arguments_are_held_to_the_same_rules(value: object) -> None:
    with pytest.raises(AnswerUnusable):
        clean_arguments(value)


def test_a_parsed_float_becomes_its_shortest_decimal() -> None:
    assert clean_arguments({"a": 0.1, "b": 120.0, "c": 1e3}) == {"a": "0.1", "b": "120.0", "c": "1000.0"}
