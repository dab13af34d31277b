"""A button's value is a pointer we wrote, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.slack.drafts import draft

from placet.slack.tokens import Choice, Pointer, choice_of, pointer_to, read_choice, read_pointer


def test_a_button_points_to_what_was_drawn() -> None:
    proposal = draft()
    assert read_pointer(pointer_to(proposal)) == Pointer("P-AAAA", 1, proposal.digest[:16])


def test_a_button_carries_no_business_data() -> None:
    assert pointer_to(draft()).count(".") == 3
    assert "Hooli" not in pointer_to(draft())


@pytest.mark.parametrize(
    "forged",
    [
        "", "approve", "v2.P-AAAA.1.0123456789abcdef", "v1.P-AAAA.1.", "v1.P-AAAA.one.0123456789abcdef",
        "v1.P-AAAA.1.0123456789ABCDEF", "v1.P-AAAA.1.0123456789abcdef ", "v1.P' OR 1.1.0123456789abcdef",
        "v1.P-AAAA.-1.0123456789abcdef", "v1.P-AAAA.1.0123456789abcdef.more", "x" * 200_000,
    ],
)  # fmt: skip
def test_a_value_that_we_never_wrote_points_to_nothing(forged: str) -> None:
    assert read_pointer(forged) is None


@given(st.text())
def test_no_text_makes_reading_fail(text: str) -> None:
    assert read_pointer(text) is None or text.startswith("v1.")
    assert read_choice(text) is None or text.startswith("v1.")


def test_a_choice_points_to_a_candidate() -> None:
    assert read_choice(choice_of("R-1", 3)) == Choice("R-1", 3)
