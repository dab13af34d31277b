"""A model that plays a script: for tests, evaluations and the demo. It reads, it never guesses."""

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, PrivateAttr, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from placet.errors import AnswerUnusable, SettingInvalid
from placet.models.profile import ModelProfile
from placet.models.strict_json import unique_keys
from placet.models.wire import RawCall, answer_message, calls_before, one_result

When = str | Callable[[Sequence[BaseMessage]], bool]
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_STRICT)
class ScriptedCall:
    """One call. `raw` replaces `arguments` with text of any kind, e.g. `{"amount": 10` or equal keys.

    `id` is made from the position in the conversation if it is `None`; `""` leaves it out, as some servers do.
    """

    name: str
    arguments: dict[str, Any] | None = None
    raw: str | None = None
    id: str | None = None

    def text(self) -> str:
        """The argument text that goes on the wire."""
        return json.dumps(self.arguments or {}, ensure_ascii=False) if self.raw is None else self.raw


@dataclass(frozen=True, config=_STRICT)
class ScriptedAnswer:
    """One answer. `{results}` in `text` becomes the tool results since the latest request, one a line.

    `finish_reason` is `tool_calls` or `stop` unless given; `"length"` plays a cut-off answer. `confidence` is a
    decimal string from 0 to 1.
    """

    text: str = ""
    calls: tuple[ScriptedCall, ...] = ()
    confidence: str | None = None
    finish_reason: str | None = None


@dataclass(frozen=True, config=_STRICT)
class Script:
    """The answers to one kind of request, in order: the first at once, the next after each feedback.

    `when` is a text that the latest human message contains, case, accents' form and spacing aside; a regular
    expression if it starts with `re:`; or a function of all messages.
    """

    when: When
    answers: tuple[ScriptedAnswer, ...]

    def fits(self, messages: Sequence[BaseMessage]) -> bool:
        """Whether this script answers the conversation."""
        if callable(self.when):
            return self.when(messages)
        said = _folded(_latest_request(messages)[0])
        if self.when.startswith("re:"):
            return re.search(self.when.removeprefix("re:"), said, re.IGNORECASE) is not None
        return _folded(self.when) in said


_OTHERWISE = "I cannot help with that, I am afraid."
_FINISHED = "I have nothing to add."


@dataclass(frozen=True, config=_STRICT)
class _ScriptFile:
    rules: tuple[Script, ...]
    otherwise: str = _OTHERWISE
    finished: str = _FINISHED


class ScriptedModel(BaseChatModel):
    """Plays the first script that fits. It keeps no place: the step is read off the conversation itself.

    So it gives the same answer after a restart, in another process and at any number of workers.
    """

    rules: tuple[Script, ...] = ()
    otherwise: str = _OTHERWISE
    """Said when no script fits."""

    finished: str = _FINISHED
    """Said when a script has no further answer."""

    name_of_model: str = "scripted"

    _bound: list[dict[str, Any]] = PrivateAttr(default_factory=list)
    _requests: list[tuple[BaseMessage, ...]] = PrivateAttr(default_factory=list)

    @classmethod
    def from_file(cls, path: str | Path) -> "ScriptedModel":
        """Load `{"rules": [{"when": …, "answers": […]}], "otherwise": …, "finished": …}`.

        Raises:
            SettingInvalid: the file is missing, is not strict JSON, or has a field that a script does not know.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
            file = TypeAdapter(_ScriptFile).validate_python(json.loads(text, object_pairs_hook=unique_keys))
        except (OSError, ValueError, AnswerUnusable) as error:
            raise SettingInvalid(setting="model.script", reason=f"`{path}`: {_in_short(error)}") from error
        return cls(rules=file.rules, otherwise=file.otherwise, finished=file.finished)

    @property
    def bound_tools(self) -> tuple[dict[str, Any], ...]:
        """The tools of the latest `bind_tools`, in the chat completions format."""
        return tuple(self._bound)

    @property
    def bound_tool_names(self) -> tuple[str, ...]:
        """Their names, in the order given."""
        return tuple(tool["function"]["name"] for tool in self._bound)

    @property
    def requests(self) -> tuple[tuple[BaseMessage, ...], ...]:
        """The messages of every request so far, oldest first."""
        return tuple(self._requests)

    def describe(self) -> ModelProfile:
        """It can do whatever its script says."""
        return ModelProfile(self.name_of_model, prose=True, single_shot=False, max_tools=None)

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Remember the tools in `bound_tools`. They do not change the answers, known or unknown."""
        self._bound = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=self._bound, tool_choice=tool_choice, **kwargs)

    @property
    def _llm_type(self) -> str:
        return "placet-scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 - LangChain's signature
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - LangChain's signature
        **kwargs: Any,  # noqa: ARG002 - LangChain's signature
    ) -> ChatResult:
        self._requests.append(tuple(messages))
        answer = self._answer_to(messages)
        free = calls_before(messages)
        calls = [
            RawCall(f"call-{free + place}" if call.id is None else call.id, call.name, call.text())
            for place, call in enumerate(answer.calls)
        ]
        metadata = {
            "model_name": self.name_of_model,
            "finish_reason": answer.finish_reason,
            "confidence": answer.confidence,
        }
        text = answer.text.replace("{results}", _results(messages))
        known = {name: value for name, value in metadata.items() if value is not None}
        return one_result(answer_message(text, calls, metadata=known))

    def _answer_to(self, messages: Sequence[BaseMessage]) -> ScriptedAnswer:
        for rule in self.rules:
            if rule.fits(messages):
                step = _step(messages)
                return rule.answers[step] if step < len(rule.answers) else ScriptedAnswer(self.finished)
        return ScriptedAnswer(self.otherwise)


def _latest_request(messages: Sequence[BaseMessage]) -> tuple[str, int]:
    """The text of the latest human message, and where the messages after it begin."""
    for place in range(len(messages) - 1, -1, -1):
        if isinstance(messages[place], HumanMessage):
            return str(messages[place].text), place + 1
    return "", 0


def _step(messages: Sequence[BaseMessage]) -> int:
    """How many answers the latest request has had: those kept, or those only their feedback tells of."""
    since = messages[_latest_request(messages)[1] :]
    told = [isinstance(message, ToolMessage | SystemMessage) for message in since]
    rounds = sum(now and not before for before, now in zip([False, *told], told, strict=False))
    return max(rounds, sum(isinstance(message, AIMessage) for message in since))


def _results(messages: Sequence[BaseMessage]) -> str:
    since = messages[_latest_request(messages)[1] :]
    return "\n".join(str(message.text) for message in since if isinstance(message, ToolMessage))


def _in_short(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors())


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
