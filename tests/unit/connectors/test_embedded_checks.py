"""Values that fit a field, and what is said about those that do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.connectors.embedded.checks import check_complete, check_fields
from placet.connectors.embedded.schema_crm import NOTE, OPPORTUNITY, TASK
from placet.errors import ChangeRefused
from placet.vocabulary import Json


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"stag": "won"}, "did you mean `stage`"),
        ({"stage": "closed"}, "`stage` must be one of `prospecting`"),
        ({"updated_at": "2026-01-01T00:00:00Z"}, "`updated_at` is read-only"),
        ({"name": ""}, "`name` is required"),
        ({"account": None}, "`account` is required"),
        ({"amount": 100}, "`amount` must be an amount"),
        ({"amount": {"minor": 100, "currency": "euro"}}, "`amount` must be an amount"),
        ({"amount": {"minor": True, "currency": "EUR"}}, "`amount` must be an amount"),
        ({"close_date": "31.03.2026"}, "`close_date` must be a date"),
        ({"probability": "50"}, "`probability` must be a whole number"),
        ({"probability": True}, "`probability` must be a whole number"),
        ({"probability": 101}, "`probability` must be between 0 and 100"),
        ({"owner": "x" * 256}, "`owner` must not be longer than 255"),
        ({"owner": 7}, "`owner` must be text"),
        ({"owner": "a\0b"}, "null character"),
        ({"owner": "\ud800"}, "lone surrogate"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_a_sentence(fields: dict[str, Json], said: str) -> None:
    with pytest.raises(ChangeRefused) as caught:
        check_fields(OPPORTUNITY, fields)
    assert said in caught.value.reason
    assert caught.value.kind == "invalid"


def test_values_that_fit_come_back_as_they_are_stored() -> None:
    amount: Json = {"minor": 9_500_000, "currency": "EUR"}
    fields: dict[str, Json] = {"amount": amount, "stage": "won", "close_date": "2026-03-31"}
    assert check_fields(OPPORTUNITY, fields) == fields


def test_text_is_brought_to_one_unicode_form() -> None:
    assert check_fields(OPPORTUNITY, {"owner": "Cafe\u0301"}) == {"owner": "Caf\u00e9"}


def test_a_field_that_is_not_required_can_be_emptied() -> None:
    assert check_fields(OPPORTUNITY, {"amount": None, "owner": ""}) == {"amount": None, "owner": ""}


def test_a_boolean_is_true_or_false_and_nothing_near_it() -> None:
    with pytest.raises(ChangeRefused):
        check_fields(TASK, {"done": 1})


def test_a_record_without_a_required_field_is_incomplete() -> None:
    with pytest.raises(ChangeRefused, match="`text` is required"):
        check_complete(NOTE, {"name": "Call", "account": "ACC-1001"})


@given(st.integers(-(2**53) + 1, 2**53 - 1), st.from_regex(r"[A-Z]{3}", fullmatch=True))
def test_every_exact_amount_passes_unchanged(minor: int, currency: str) -> None:
    amount: Json = {"minor": minor, "currency": currency}
    assert check_fields(OPPORTUNITY, {"amount": amount}) == {"amount": amount}
