"""What Slack sent, read without trust."""

from typing import Any

import pytest
from tests.unit.slack.drafts import POLICIES

from placet.rules import load_policies
from placet.slack.gate import Refusal, admit
from placet.slack.payloads import Visitor, action_of, click_visitor, event_visitor, readable, text_at
from placet.vocabulary import Person


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("<@U0BOT> find deals", "find deals"),
        ("ask <@U0DANA> about it", "ask @Dana Okafor about it"),
        ("ask <@U0GONE|jo>", "ask @jo"),
        ("see <https://a.example>", "see https://a.example"),
        ("see <https://a.example|a.example>", "see a.example"),
        ("see <https://evil.example|our wiki>", "see our wiki (https://evil.example)"),
        ("mail <mailto:a@b.example|a@b.example>", "mail a@b.example"),
        ("in <#C1|deals> &amp; <!here|@here>", "in deals & @here"),
        ("is 3 &lt; 4", "is 3 < 4"),
    ],
)
def test_a_message_reads_as_it_was_typed(sent: str, typed: str) -> None:
    assert readable(sent, load_policies(POLICIES), bot="U0BOT") == typed


@pytest.mark.parametrize("body", [{}, {"actions": []}, {"actions": None}, {"actions": ["x"]}, {"user": None}])
def test_a_click_without_its_parts_is_nobody_and_nothing(body: dict[str, Any]) -> None:
    assert action_of(body) == {}
    assert click_visitor(body) == Visitor(user="", team="")


def test_reading_past_something_that_is_no_object_gives_nothing() -> None:
    assert text_at({"a": [1]}, "a", "b", "c") == ""


def test_the_authors_own_workspace_counts_for_a_message() -> None:
    body = {"team_id": "T1", "event": {"user": "U1", "user_team": "T9", "team": "T1"}}
    assert event_visitor(body).team == "T9"


def test_an_author_without_a_workspace_in_a_shared_channel_is_of_none() -> None:
    assert event_visitor({"team_id": "T1", "is_ext_shared_channel": True, "event": {"user": "U1"}}).team == ""


@pytest.mark.parametrize(
    ("visitor", "reason"),
    [
        (Visitor(user="U0DANA", team="T2"), "foreign_team"),
        (Visitor(user="U0DANA", team=""), "foreign_team"),
        (Visitor(user="U0DANA", team="T1", shared=True), "shared_channel"),
        (Visitor(user="U0NOBODY", team="T1"), "unknown_person"),
        (Visitor(user="", team="T1"), "unknown_person"),
    ],
)
def test_the_gate_turns_away_whoever_it_cannot_name(visitor: Visitor, reason: str) -> None:
    refusal = admit(load_policies(POLICIES), "T1", visitor)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason


def test_an_app_that_does_not_know_its_workspace_admits_nobody() -> None:
    assert isinstance(admit(load_policies(POLICIES), "", Visitor(user="U0DANA", team="")), Refusal)


def test_a_known_person_of_the_own_workspace_is_admitted() -> None:
    person = admit(load_policies(POLICIES), "T1", Visitor(user="U0DANA", team="T1"))
    assert isinstance(person, Person)
    assert person.id == "dana"
