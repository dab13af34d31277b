from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk

from placet.errors import AnswerUnusable
from placet.models import Answer, ToolCall, read_answer
from placet.models.wire import RawCall, answer_message


def _message(*calls: RawCall, text: str = "", **metadata: object) -> AIMessage:
    return answer_message(text, calls, metadata=metadata)


def _why(message: AIMessage) -> str:
    with pytest.raises(AnswerUnusable) as caught:
        read_answer(message)
    return caught.value.reason


def test_a_whole_answer_gives_its_text_calls_and_confidence() -> None:
    message = _message(RawCall("a1", "crm_move", '{"amount": 12.50}'), text="Moving it", confidence="0.42")
    assert read_answer(message) == Answer("Moving it", (ToolCall("a1", "crm_move", {"amount": "12.50"}),), "0.42")


@pytest.mark.parametrize("reason", ["length", "content_filter", "function_call", "", None])
def test_an_answer_that_did_not_finish_counts_for_nothing(reason: str | None) -> None:
    assert "finish_reason" in _why(_message(RawCall("a1", "t", "{}"), finish_reason=reason))
    assert "finish_reason" in _why(_message(text="Hello", finish_reason=reason))


def test_a_call_in_an_answer_that_ended_with_stop_counts() -> None:
    assert len(read_answer(_message(RawCall("a1", "t", "{}"), finish_reason="stop")).calls) == 1


def test_an_announced_call_that_is_missing_is_an_error() -> None:
    assert "holds no call" in _why(_message(finish_reason="tool_calls"))


@pytest.mark.parametrize("raw", ['{"amount": 10', '{"amount": 10, "amount": 1000}', "[]", ""])
def test_one_bad_call_spoils_the_good_one_beside_it(raw: str) -> None:
    assert _why(_message(RawCall("a1", "t", "{}"), RawCall("a2", "t", raw)))


def test_equal_keys_are_seen_although_the_parsed_call_hides_them() -> None:
    message = _message(RawCall("a1", "t", '{"amount": 10, "amount": 1000}'))
    assert message.tool_calls[0]["args"] == {"amount": 1000}
    assert "`amount` appears twice" in _why(message)


def test_missing_ids_are_made_from_the_position_and_the_same_at_every_reading() -> None:
    message = _message(RawCall("", "t", "{}"), RawCall("", "u", "{}"))
    assert [call.id for call in read_answer(message).calls] == ["call-0", "call-1"]
    assert read_answer(message) == read_answer(message)


def test_two_calls_with_one_id_are_refused() -> None:
    assert "same id" in _why(_message(RawCall("a", "t", "{}"), RawCall("a", "u", "{}")))
    assert "same id" in _why(_message(RawCall("call-1", "t", "{}"), RawCall("", "u", "{}")))


@pytest.mark.parametrize("name", ["", "x" * 129, "\ud800"])
def test_a_call_without_a_usable_name_is_refused(name: str) -> None:
    message = AIMessage("", tool_calls=[{"name": name, "args": {}, "id": "a"}])
    message.response_metadata["finish_reason"] = "stop"
    assert _why(message)


def _entry(**changes: object) -> dict[str, Any]:
    return {"id": "a", "type": "function", "function": {"name": "t", "arguments": "{}"}} | changes


@pytest.mark.parametrize(
    "entry",
    [
        "text",
        {},
        _entry(type="custom"),
        _entry(function={"name": "t", "arguments": {"a": 1}}),
        _entry(function={"name": "other", "arguments": "{}"}),
    ],
)
def test_raw_calls_that_do_not_match_the_format_are_refused(entry: object) -> None:
    message = _message(RawCall("a", "t", "{}"))
    message.additional_kwargs["tool_calls"] = [entry]
    assert _why(message)


def test_a_call_hidden_from_the_raw_list_is_refused() -> None:
    message = _message(RawCall("a", "t", "{}"), RawCall("b", "u", "{}"))
    del message.additional_kwargs["tool_calls"][1]
    assert "differ" in _why(message)


def test_a_model_that_gives_only_parsed_calls_is_held_to_the_same_rules() -> None:
    parsed = AIMessage("", tool_calls=[{"name": "t", "args": {"n": 1.5}, "id": None}])
    parsed.response_metadata["finish_reason"] = "tool_calls"
    assert read_answer(parsed).calls == (ToolCall("call-0", "t", {"n": "1.5"}),)
    parsed.tool_calls[0]["args"]["n"] = float("nan")
    assert "nan" in _why(parsed)


def test_a_streamed_answer_and_the_retired_call_form_are_refused() -> None:
    assert "stream" in _why(AIMessageChunk(content="", response_metadata={"finish_reason": "stop"}))
    old = _message()
    old.additional_kwargs["function_call"] = {"name": "t", "arguments": "{}"}
    assert "function_call" in _why(old)


@pytest.mark.parametrize("confidence", ["1.2", "-0.1", ".5", "high", "\u0660", 0.5, True])
def test_a_confidence_that_is_no_share_of_one_is_refused(confidence: object) -> None:
    assert "confidence" in _why(_message(text="Hi", confidence=confidence))


def test_the_words_of_a_model_that_declines_are_its_text() -> None:
    message = _message()
    message.additional_kwargs["refusal"] = "I will not."
    assert read_answer(message).text == "I will not."


def test_text_is_nfc_and_free_of_what_cannot_be_shown() -> None:
    assert read_answer(_message(text="Cafe\u0301")).text == "Caf\u00e9"
    assert "surrogate" in _why(_message(text="\ud800"))
