"""What Slack would refuse is found before it is sent."""

from typing import Any

import pytest

from placet.slack.blocks import Block, actions, button, header, raw, section, table
from placet.slack.limits import breaches
from placet.slack.modals import KINDS, reason_in, reject_form, wrong_reason


def _rows(count: int) -> Block:
    return table([[raw("a"), raw("b")]] * count)


@pytest.mark.parametrize(
    ("blocks", "found"),
    [
        ([section("x")] * 51, "51 blocks"),
        ([section("x" * 3_001)], "3001 characters"),
        ([section("x" * 2_600)] * 5, "13000 characters in all"),
        ([_rows(2), _rows(2)], "more than one table"),
        ([_rows(22)], "22 rows"),
        ([section("")], "empty text"),
        ([actions(*[button("a", action="a", value="v")] * 26, block_id="b")], "26 elements"),
        ([actions(button("a", action="a", value="v" * 2_001), block_id="b")], "button value"),
        ([actions(button("a", action="a", value="v"), block_id="b" * 256)], "id is too long"),
    ],
)
def test_a_message_slack_would_refuse_is_found(blocks: list[Block], found: str) -> None:
    assert found in "; ".join(breaches(blocks))


def test_a_message_slack_takes_has_no_breach() -> None:
    assert breaches([header("x" * 200), section("x" * 3_000), _rows(21)]) == []


def test_a_cell_is_never_empty_because_slack_refuses_that() -> None:
    assert raw("")["text"] == "—"


def _submitted(text: str | None, kind: str | None) -> dict[str, Any]:
    chosen = {"selected_option": None if kind is None else {"value": kind}}
    return {"state": {"values": {"reason": {"text": {"value": text}}, "kind": {"kind": chosen}}}}


@pytest.mark.parametrize(
    ("text", "kind", "read"),
    [
        ("  too low ", "wrong_value", ("too low", "wrong_value")),
        (None, None, ("", "")),
        ("why", "made_up", ("why", "")),
    ],
)
def test_a_form_is_read_without_trust(text: str | None, kind: str | None, read: tuple[str, str]) -> None:
    assert reason_in(_submitted(text, kind)) == read


@pytest.mark.parametrize("view", [{}, {"state": None}, {"state": {"values": {"reason": []}}}])
def test_a_form_without_its_fields_gives_no_reason(view: dict[str, Any]) -> None:
    assert wrong_reason(reason_in(view)[0])


@pytest.mark.parametrize(("length", "taken"), [(2, False), (3, True), (500, True), (501, False)])
def test_a_reason_has_three_to_five_hundred_characters(length: int, *, taken: bool) -> None:
    assert (wrong_reason("x" * length) == "") is taken


def test_the_form_carries_nothing_but_the_pointer_and_offers_every_kind_of_reason() -> None:
    form: Any = reject_form("v1.P-1.1.0123456789abcdef")
    assert form["private_metadata"] == "v1.P-1.1.0123456789abcdef"
    assert [one["value"] for one in form["blocks"][1]["element"]["options"]] == list(KINDS)
