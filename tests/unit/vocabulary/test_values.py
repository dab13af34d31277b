"""Values in exact form: no floats, one form of a text, no integers that lose digits."""

import json
import math
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.vocabulary import Json, Money, canonical, in_words, sha256, to_json

LARGEST = 2**53 - 1
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@given(PLAIN)
def test_plain_values_stay_what_they_are_but_for_the_form_of_their_text(value: Json) -> None:
    once = to_json(value)
    assert to_json(once) == once
    assert json.loads(canonical({"value": value})) == {"value": once}


@given(TEXT)
def test_composed_and_decomposed_text_is_one(text: str) -> None:
    forms = {canonical({"name": unicodedata.normalize(form, text)}) for form in ("NFC", "NFD")}
    assert len(forms) == 1


@given(st.dictionaries(TEXT, st.integers(-9, 9)))
def test_the_order_of_keys_does_not_matter(value: dict[str, Json]) -> None:
    backwards = dict(reversed(value.items()))
    assert canonical(value) == canonical(backwards)


@pytest.mark.parametrize("value", [1.0, 0.1, math.nan, math.inf, -math.inf, 1e300])
@pytest.mark.parametrize("wrapped", [lambda one: one, lambda one: [one], lambda one: {"a": {"b": one}}])
def test_a_float_is_refused_however_deep(value: float, wrapped: object) -> None:
    with pytest.raises(ValueError, match="float cannot be written down exactly"):
        to_json(wrapped(value))  # type: ignore[operator]  # one of the functions above


@pytest.mark.parametrize("value", [LARGEST + 1, -LARGEST - 1, 10**30, Money(10**17, "EUR")])
def test_an_integer_that_json_readers_would_round_is_refused(value: int | Money) -> None:
    with pytest.raises(ValueError, match="too large; write it as text"):
        to_json({"minor": value})


@pytest.mark.parametrize("value", [LARGEST, -LARGEST])
def test_the_largest_exact_integers_are_taken(value: int) -> None:
    assert to_json(value) == value


@pytest.mark.parametrize("value", ["\ud800", "a\udfff", {"\ud800": 1}, ["\udc00"]])
def test_a_lone_surrogate_is_refused_as_value_and_as_key(value: object) -> None:
    with pytest.raises(ValueError, match="lone surrogate"):
        to_json(value)


@pytest.mark.parametrize("value", [b"bytes", object(), complex(1)])
def test_a_kind_without_an_exact_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="cannot be written down exactly"):
        to_json(value)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (Decimal("1E+3"), "1000"), (Decimal("0.10"), "0.10"), (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-03-01T00:00:00+00:00"), ((1, 2), [1, 2]), ({3, 1, 2}, [1, 2, 3]),
        (Money(5, "EUR"), {"minor": 5, "currency": "EUR"}), (True, True), ({"n": {1: "x"}}, {"n": {"1": "x"}}),
    ],
)  # fmt: skip
def test_other_kinds_have_one_exact_form(value: object, form: Json) -> None:
    assert to_json(value) == form


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("sNaN")])
def test_a_decimal_that_is_no_number_is_refused(value: Decimal) -> None:
    with pytest.raises(ValueError, match="cannot be written down exactly"):
        to_json(value)


def test_two_keys_that_become_one_are_refused() -> None:
    with pytest.raises(ValueError, match="two keys are the same text"):
        to_json({"é": 1, unicodedata.normalize("NFD", "é"): 2})


def test_a_hash_is_separated_from_every_other_use_of_sha_256() -> None:
    assert sha256(b"") == "3f3dd6d3c27f2dbbbc06e21bc4dfad54e1fe1464bb0a3708fe38e8a5b55829a3"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "—"), ("", "—"), ([], "—"), ({}, "—"), (True, "yes"), (False, "no"), (0, "0"), ("a", "a"),
        ([1, None], "1, —"), ({"a": 1, "b": "x"}, "a: 1; b: x"), ({"minor": 100, "currency": "EUR"}, "1.00 EUR"),
    ],
)  # fmt: skip
def test_a_value_in_words_is_never_empty(value: Json, words: str) -> None:
    assert in_words(value) == words
