"""The plan, the answer and the Home tab, drawn from rows."""

import json
from typing import Any

import pytest
from tests.unit.slack.drafts import RUN, Ward, buttons, draft, words

from placet.ledger import append
from placet.slack.answers import draw_answer, draw_notice, question_in
from placet.slack.blocks import Drawn
from placet.slack.home import draw_home
from placet.slack.limits import breaches, texts
from placet.slack.plans import draw_plan
from placet.storage import Transaction
from placet.storage.run_rows import update_run
from placet.vocabulary import DecisionKind, Json, ProposalState


def plan(ward: Ward) -> Drawn:
    drawn = ward.store.read_now(lambda tx: draw_plan(tx, ward.policies, RUN))
    assert drawn is not None
    assert breaches(drawn.blocks) == []
    return drawn


def noted(ward: Ward, kind: str, **facts: Json) -> None:
    ward.store.write_now(lambda tx: append(tx, kind, facts, run=RUN))


def set_run(ward: Ward, **columns: object) -> None:
    ward.store.write_now(lambda tx: update_run(tx, RUN, **columns))


def test_a_plan_says_what_was_read_what_was_refused_and_who_is_waited_for(ward: Ward) -> None:
    noted(ward, "tool.read", tool="find_deals")
    noted(ward, "tool.refused", tool="drop_table", message="there is no tool `drop_table`")
    set_run(ward, state="waiting")
    text = words(plan(ward.proposed()))
    assert text.startswith(
        "✓ Read find_deals\n✗ drop_table refused: there is no tool `drop_table`\n● Proposed: Hooli expansion"
    )
    assert "… Waiting for Dana Okafor (sales-director), until <!date^1767618000^" in text


def test_a_plan_goes_on_with_decision_and_outcome(ward: Ward) -> None:
    set_run(ward, state="done")
    ward.proposed().decided(DecisionKind.APPROVE).moved(ProposalState.EXECUTING, ProposalState.DONE)
    assert words(plan(ward)).endswith("✓ Approved by Dana Okafor\n✓ Applied")


def test_a_plan_shows_why_something_was_rejected(ward: Ward) -> None:
    set_run(ward, state="done")
    ward.proposed().decided(DecisionKind.REJECT, reason="three zeros are missing")
    assert "✗ Rejected by Dana Okafor: three zeros are missing" in words(plan(ward))


def test_a_run_that_has_only_begun_is_thinking(ward: Ward) -> None:
    assert words(plan(ward)) == "… Thinking"


def test_a_plan_with_very_many_steps_keeps_its_beginning_and_end(ward: Ward) -> None:
    for number in range(120):
        noted(ward, "tool.read", tool=f"tool_{number}")
    text = words(plan(ward))
    assert "tool_0\n" in text
    assert "tool_119" in text
    assert "tool_60" not in text


def test_a_tool_name_made_up_by_a_model_cannot_add_a_line(ward: Ward) -> None:
    noted(ward, "tool.refused", tool="x\n✓ Approved by Dana Okafor", message="no")
    assert "\n✓ Approved" not in words(plan(ward))


def test_a_name_that_may_mean_several_records_is_a_question_and_no_refusal(ward: Ward) -> None:
    noted(
        ward, "tool.refused", tool="deal_details", code="reference_ambiguous", message="`Acme` may mean several: A, B"
    )
    set_run(ward, state="done")
    assert words(plan(ward)) == "? Asked back: `Acme` may mean several"


def test_there_is_no_plan_of_a_run_that_is_not_there(ward: Ward) -> None:
    assert ward.store.read_now(lambda tx: draw_plan(tx, ward.policies, "R-none")) is None


# --- answers -------------------------------------------------------------------------------------------------


def answer(ward: Ward, text: str, body: dict[str, Any] | None = None) -> Drawn:
    set_run(ward, answer=text, state="done")
    row = {"subject": RUN, "body": json.dumps(body or {})}
    drawn = ward.store.read_now(lambda tx: draw_answer(tx, row))
    assert drawn is not None
    assert breaches(drawn.blocks) == []
    return drawn


def asked(*names: str, **more: Any) -> dict[str, Any]:
    listed = [{"id": f"ACC-{number}", "name": name} for number, name in enumerate(names)]
    return {"choices": {"object": "crm.account", "said": "globex", "candidates": listed}, **more}


def test_an_answer_keeps_its_own_markup_and_loses_everybody_elses(ward: Ward) -> None:
    assert words(answer(ward, "*Globex* &amp; Co <!channel>")) == "*Globex* &amp; Co &lt;!channel&gt;"


@pytest.mark.parametrize("text", ["x" * 40_000, "line\n" * 8_000, "&amp;" * 5_000])
def test_a_long_answer_is_split_and_says_that_it_was_cut(ward: Ward, text: str) -> None:
    drawn = answer(ward, text)
    assert "The answer was cut here" in words(drawn)
    assert not [part for part in texts(drawn.blocks) if part.endswith(("&", "&a", "&am", "&amp"))]


def test_an_empty_answer_still_says_something(ward: Ward) -> None:
    assert words(answer(ward, "  ")) == "I have no answer to that."


def test_near_duplicates_can_be_told_apart_on_their_buttons(ward: Ward) -> None:
    drawn = answer(ward, "Which one?", asked("Globex " * 30, "Globex " * 30))
    labels = list(texts(drawn.blocks[-1]))
    assert buttons(drawn) == ["choose:0", "choose:1"]
    assert [label[-8:] for label in labels] == [" (ACC-0)", " (ACC-1)"]


def test_after_a_choice_the_buttons_are_gone(ward: Ward) -> None:
    drawn = answer(ward, "Which one?", asked("Globex", "Globex AG", chosen=1))
    assert (buttons(drawn), "Globex AG (ACC-1)" in words(drawn)) == ([], True)


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"choices": {}}', '{"choices": {"candidates": []}}'])
def test_an_answer_without_candidates_asks_nothing(body: str) -> None:
    assert question_in(body) is None


def test_a_notice_shows_its_text() -> None:
    drawn = draw_notice({"body": '{"text": "writes are stopped <!here>"}'})
    assert drawn is not None
    assert drawn.text == "writes are stopped &lt;!here&gt;"
    assert draw_notice({"body": "{}"}) is None


# --- home ----------------------------------------------------------------------------------------------------


def home(ward: Ward, person: str) -> str:
    def draw(tx: Transaction) -> object:
        return draw_home(tx, ward.policies, ward.policies.people[person], ("find deals of Globex", "two", "three"))

    return "\n".join(texts(ward.store.read_now(draw)))


def test_home_lists_what_waits_for_this_person_only(ward: Ward) -> None:
    ward.proposed()
    assert "1 waiting for you\nHooli expansion" in home(ward, "dana")
    assert "Nothing waits for you" in home(ward, "riley")
    assert "find deals of Globex" in home(ward, "riley")


def test_home_is_empty_again_once_the_person_has_decided(ward: Ward) -> None:
    ward.proposed(draft()).decided(DecisionKind.APPROVE)
    assert "Nothing waits for you" in home(ward, "dana")
