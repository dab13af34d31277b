import json
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from placet.errors import AnswerUnusable, SettingInvalid
from placet.models import Script, ScriptedAnswer, ScriptedCall, ScriptedModel, profile_of, read_answer
from placet.models.scripted import When

MOVE = Script(
    "set the hooli deal",
    (
        ScriptedAnswer(calls=(ScriptedCall("find", {"name": "Hooli"}),), confidence="0.9"),
        ScriptedAnswer("Found: {results}", (ScriptedCall("move", {"amount": 120}),)),
        ScriptedAnswer("It is approved."),
    ),
)


def _feedback(answer: AIMessage, said: str) -> list[BaseMessage]:
    return [ToolMessage(said, tool_call_id=str(call["id"])) for call in answer.tool_calls]


def test_each_tool_result_leads_to_the_next_answer_and_then_to_the_closing_text() -> None:
    model = ScriptedModel(rules=(MOVE,))
    talk: list[BaseMessage] = [HumanMessage("Please  SET the Hooli deal to 120k")]
    texts = []
    for _ in range(4):
        answer = model.invoke(talk)
        texts.append(read_answer(answer).text)
        talk += [answer, *_feedback(answer, "opp-7")]
    assert texts == ["", "Found: opp-7", "It is approved.", "I have nothing to add."]


def test_the_step_is_read_off_the_conversation_so_a_new_process_goes_on() -> None:
    first = ScriptedModel(rules=(MOVE,)).invoke([HumanMessage("set the Hooli deal")])
    talk = [HumanMessage("set the Hooli deal"), first, *_feedback(first, "x")]
    again = [ScriptedModel(rules=(MOVE,)).invoke(talk) for _ in range(2)]
    assert [read_answer(answer) for answer in again] == [read_answer(again[0])] * 2
    assert again[0].tool_calls[0]["id"] == "call-1"


def test_feedback_moves_the_script_on_even_if_the_bad_answer_was_not_kept() -> None:
    model = ScriptedModel(rules=(MOVE,))
    answer = model.invoke([HumanMessage("set the Hooli deal"), SystemMessage("the answer cannot be used")])
    assert answer.tool_calls[0]["name"] == "move"


def test_a_new_request_starts_its_script_from_the_beginning() -> None:
    model = ScriptedModel(rules=(MOVE,))
    talk = [HumanMessage("set the Hooli deal"), AIMessage("done"), HumanMessage("set the Hooli deal")]
    assert model.invoke(talk).tool_calls[0]["name"] == "find"


def test_an_unmatched_request_gets_a_polite_text_and_no_call() -> None:
    answer = read_answer(ScriptedModel(rules=(MOVE,)).invoke("What is the weather?"))
    assert (answer.calls, answer.text) == ((), "I cannot help with that, I am afraid.")


@pytest.mark.parametrize("when", ["re:order \\d+", "ORDER 66", lambda talk: len(talk) == 1])
def test_requests_are_met_by_text_by_expression_or_by_function(when: When) -> None:
    rule = Script(when, (ScriptedAnswer("yes"),))
    assert ScriptedModel(rules=(rule,)).invoke("order 66 please").text == "yes"


@pytest.mark.parametrize(
    "answer",
    [
        ScriptedAnswer(calls=(ScriptedCall("t", raw='{"a": 1'),)),
        ScriptedAnswer(calls=(ScriptedCall("t", raw='{"a": 1, "a": 2}'),)),
        ScriptedAnswer(calls=(ScriptedCall("t"),), finish_reason="length"),
        ScriptedAnswer(text="Half a sen", finish_reason="length"),
    ],
)
def test_every_bad_answer_can_be_played_and_is_caught(answer: ScriptedAnswer) -> None:
    model = ScriptedModel(rules=(Script("", (answer,)),))
    with pytest.raises(AnswerUnusable):
        read_answer(model.invoke("anything"))


async def test_bound_tools_and_requests_are_remembered_for_assertions() -> None:
    def find(name: str) -> str:
        """Find an account."""
        return name

    model = ScriptedModel(rules=(MOVE,))
    bound = model.bind_tools([find])
    await bound.ainvoke("hello")
    assert model.bound_tool_names == ("find",)
    assert model.bound_tools[0]["function"]["parameters"]["required"] == ["name"]
    assert [message.text for message in model.requests[0]] == ["hello"]
    assert profile_of(bound).prose


def test_a_script_file_plays_like_one_written_in_python(tmp_path: Path) -> None:
    file = tmp_path / "script.json"
    call = {"name": "move", "arguments": {"amount": 120}}
    rule = {"when": "hooli", "answers": [{"calls": [call], "confidence": "0.9"}]}
    file.write_text(json.dumps({"rules": [rule], "otherwise": "No."}))
    model = ScriptedModel.from_file(file)
    assert read_answer(model.invoke("the Hooli deal")).calls[0].arguments == {"amount": 120}
    assert model.invoke("else").text == "No."


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"rules": [], "rules": []}',
        '{"extra": 1}',
        '{"rules": [{"when": "a", "answers": [{"txt": "typo"}]}]}',
    ],
)
def test_a_script_file_with_a_mistake_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "script.json"
    file.write_text(content)
    with pytest.raises(SettingInvalid, match=r"model\.script"):
        ScriptedModel.from_file(file)


def test_a_missing_script_file_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match=r"none\.json"):
        ScriptedModel.from_file(tmp_path / "none.json")
