"""Answers in the shape of the chat completions format, for the models of this room."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.output_parsers.openai_tools import make_invalid_tool_call, parse_tool_call
from langchain_core.outputs import ChatGeneration, ChatResult


class RawCall(NamedTuple):
    """A call as it came: `arguments` is unparsed text, so that `read_answer` judges exactly what was said."""

    id: str
    name: str
    arguments: str


def answer_message(
    text: str = "",
    calls: Sequence[RawCall] = (),
    *,
    metadata: Mapping[str, object],
) -> AIMessage:
    """Build the message a chat completions endpoint would have led to, its raw arguments included.

    `metadata` becomes `response_metadata`; a `finish_reason` that it lacks is `tool_calls` or `stop`.
    """
    parsed, invalid = [], []
    raw = [_as_sent(call) for call in calls]
    for entry in raw:
        try:
            parsed.append(parse_tool_call(entry))
        except Exception as error:  # noqa: BLE001 - LangChain's own adapter treats every failure this way
            invalid.append(make_invalid_tool_call(entry, str(error)))
    return AIMessage(
        content=text,
        additional_kwargs={"tool_calls": raw} if raw else {},
        tool_calls=parsed,
        invalid_tool_calls=invalid,
        response_metadata={"finish_reason": "tool_calls" if calls else "stop", **metadata},
    )


def one_result(message: AIMessage) -> ChatResult:
    """The result of a model that gives one answer."""
    return ChatResult(generations=[ChatGeneration(message=message)])


def calls_before(messages: Sequence[BaseMessage]) -> int:
    """How many calls the earlier answers of a conversation hold: the next free number for a made-up id."""
    earlier = [message for message in messages if isinstance(message, AIMessage)]
    return sum(len(message.tool_calls) + len(message.invalid_tool_calls) for message in earlier)


def _as_sent(call: RawCall) -> dict[str, Any]:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }
