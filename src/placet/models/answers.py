"""The strict reading of a model's answer: what was said, which calls count, or why none does.

Nothing downstream looks at an `AIMessage` itself. LangChain repairs a cut-off `{"amount": 10` (of 1000) into
a valid call and keeps the last of two equal keys; this reading goes back to the raw text instead.
"""

import re
from dataclasses import dataclass

from langchain_core.messages import AIMessage, AIMessageChunk

from placet.models.strict_json import clean_arguments, exact_text, parse_arguments, refuse
from placet.vocabulary import Json

FINISHED = frozenset({"tool_calls", "stop"})
"""The finish reasons of a whole answer in the chat completions format; `length` and the rest cut it off."""

_CONFIDENCE = re.compile(r"0(\.\d{1,40})?|1(\.0{1,40})?", re.ASCII)
_LONGEST_NAME = 128


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call that counts. `arguments` hold no floats: numbers are integers or decimal strings."""

    id: str
    name: str
    arguments: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `confidence` is a decimal string from `"0"` to `"1"`, or `None` if the model gave none."""

    text: str
    calls: tuple[ToolCall, ...]
    confidence: str | None


def read_answer(message: AIMessage) -> Answer:
    """Read `message` strictly. One bad call spoils the whole answer, so half a plan is never proposed.

    Raises:
        AnswerUnusable: the answer was cut off, came as a stream, or holds a call that does not parse.
    """
    reason = message.response_metadata.get("finish_reason")
    if isinstance(message, AIMessageChunk):
        refuse("the answer came as a stream, whose arguments may have been repaired")
    if reason not in FINISHED:
        refuse(f"it was cut off with finish_reason `{reason}`" if reason else "it has no finish_reason")
    for invalid in message.invalid_tool_calls:
        refuse(f"the call of `{invalid.get('name')}` has arguments that are not valid JSON")
    if message.additional_kwargs.get("function_call"):
        refuse("it uses the retired `function_call` form")
    calls = _calls(message)
    if reason == "tool_calls" and not calls:
        refuse("it ended with finish_reason `tool_calls` but holds no call")
    return Answer(_text(message), calls, _confidence(message))


def _calls(message: AIMessage) -> tuple[ToolCall, ...]:
    raw = message.additional_kwargs.get("tool_calls") or ()
    if raw:
        calls = [_raw_call(entry, position) for position, entry in enumerate(raw)]
        if [call.name for call in calls] != [exact_text(parsed["name"]) for parsed in message.tool_calls]:
            refuse("its raw calls and its parsed calls differ")
    else:
        calls = [
            ToolCall(_id(parsed.get("id"), position), _name(parsed["name"]), clean_arguments(parsed["args"]))
            for position, parsed in enumerate(message.tool_calls)
        ]
    if len({call.id for call in calls}) != len(calls):
        refuse("two of its calls have the same id")
    return tuple(calls)


def _raw_call(entry: object, position: int) -> ToolCall:
    function = entry.get("function") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(function, dict):
        refuse("one of its calls names no function")
    if entry.get("type") not in {None, "function"}:
        refuse(f"a call of type `{entry['type']}` is not a function call")
    arguments = function.get("arguments")
    if not isinstance(arguments, str):
        refuse("the arguments of a call are not JSON text")
    return ToolCall(_id(entry.get("id"), position), _name(function.get("name")), parse_arguments(arguments))


def _id(given: object, position: int) -> str:
    """The call's id, or one made from its position: the same answer read twice gives the same ids."""
    return exact_text(given) if isinstance(given, str) and given else f"call-{position}"


def _name(given: object) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= _LONGEST_NAME:
        refuse(f"one of its calls has no name, or one longer than {_LONGEST_NAME} characters")
    return exact_text(given)


def _text(message: AIMessage) -> str:
    # `refusal` is where the chat completions format puts the words of a model that declines to answer.
    refusal = message.additional_kwargs.get("refusal")
    return exact_text(str(message.text) or (refusal if isinstance(refusal, str) else ""))


def _confidence(message: AIMessage) -> str | None:
    given: object = message.response_metadata.get("confidence")
    if given is None:
        return None
    if not isinstance(given, str) or not _CONFIDENCE.fullmatch(given):
        refuse("its confidence is not a decimal string from 0 to 1")
    return given
