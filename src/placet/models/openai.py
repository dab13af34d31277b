"""Any endpoint that speaks the OpenAI chat completions format. The only file that imports its libraries.

Three habits of those libraries are switched off, because each lets a changed answer through unseen:
streaming (a stream cut before its end raises nothing, and its arguments are repaired), the silent move to
another API by model name, and the loss of the raw argument text once it is parsed.
"""

import json
from collections.abc import Callable
from typing import Any

import httpx
import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from langchain_openai import ChatOpenAI

from placet.errors import ModelUnavailable, SettingInvalid
from placet.models.profile import ModelProfile

OPENAI_URL = "https://api.openai.com/v1"
"""Used when no `base_url` is set; given by hand so that no environment variable can divert the key."""

MAX_TOOLS = 128
"""Functions in one request: https://platform.openai.com/docs/api-reference/chat/create (`tools`)."""

_LONGEST_QUOTE = 200
_FAILURES = (openai.OpenAIError, httpx.HTTPError, json.JSONDecodeError)


def openai_model(
    *,
    base_url: str | None,
    model: str,
    api_key: Callable[[], str],
    timeout_seconds: float = 30,
    max_retries: int = 2,
    temperature: float | None = 0,
    http_client: httpx.Client | None = None,
    http_async_client: httpx.AsyncClient | None = None,
) -> BaseChatModel:
    """Build a model behind an OpenAI-compatible endpoint.

    Args:
        base_url: up to and including the version, e.g. `http://127.0.0.1:8000/v1`; OpenAI's own if `None`.
        model: the name the endpoint knows.
        api_key: asked at every request, so a rotated key needs no restart; it is never stored.
        timeout_seconds: for one try; with retries a call takes up to `max_retries + 1` times as long.
        max_retries: after connection errors, time-outs, 408, 409, 429 and 5xx; `Retry-After` is honoured.
        temperature: 0 for the steadiest answers; `None` leaves it out, for models that refuse it.
        http_client: for tests and private certificates. Redirects and proxy variables are ignored otherwise.
        http_async_client: the same for async calls. openai 3 makes its own httpx2 clients if these are missing,
            which a test that watches httpx does not see, so both are always given.

    Raises:
        SettingInvalid: `base_url` is not an http or https address, or carries a user name.
    """
    return ExactChatOpenAI(
        model=model,
        base_url=_checked(base_url or OPENAI_URL),
        api_key=api_key,
        timeout=timeout_seconds,
        max_retries=max_retries,
        temperature=temperature,
        use_responses_api=False,
        streaming=False,
        disable_streaming=True,  # a listener on the graph's stream would otherwise switch streaming on
        cache=False,  # a process-wide answer cache may not decide what is proposed
        openai_proxy="",  # nor may a proxy variable divert the request
        http_client=http_client or httpx.Client(trust_env=False, timeout=timeout_seconds),
        http_async_client=http_async_client or httpx.AsyncClient(trust_env=False, timeout=timeout_seconds),
    )


class ExactChatOpenAI(ChatOpenAI):
    """Keeps the raw text of every call's arguments, and speaks of failures in placet's own words."""

    def describe(self) -> ModelProfile:
        """It writes prose, plans several steps, and takes as many tools as the format allows."""
        return ModelProfile(self.model_name, prose=True, single_shot=False, max_tools=MAX_TOOLS)

    async def aclose(self) -> None:
        """Close both HTTP clients."""
        self.root_client.close()
        await self.root_async_client.close()

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        try:
            return super()._generate(messages, stop, run_manager, **kwargs)
        except _FAILURES as error:
            raise explain(error, model=self.model_name) from _showable(error)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        try:
            return await super()._agenerate(messages, stop, run_manager, **kwargs)
        except _FAILURES as error:
            raise explain(error, model=self.model_name) from _showable(error)

    def _create_chat_result(
        self, response: dict[str, Any] | openai.BaseModel, generation_info: dict[str, Any] | None = None
    ) -> ChatResult:
        try:
            result = super()._create_chat_result(response, generation_info)
            choices = _choices(response)
            for generation, choice in zip(result.generations, choices, strict=True):
                if raw := choice["message"].get("tool_calls"):
                    generation.message.additional_kwargs["tool_calls"] = raw
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise explain(error, model=self.model_name) from error
        return result


def explain(error: Exception, *, model: str = "") -> ModelUnavailable:
    """Say in one clause why the model gave no answer. The key is never quoted, nor a reply that may hold it."""
    return ModelUnavailable(model=model or "unknown", reason=_reason(error))


def _reason(error: Exception) -> str:
    match error:
        case openai.APITimeoutError() | httpx.TimeoutException():
            return "it did not answer in time"
        case openai.APIConnectionError() | httpx.HTTPError():
            return f"it cannot be reached ({_quoted(_origin(error))})"
        case openai.APIStatusError():
            return _reason_by_status(error)
        case _:
            return "its answer is not in the chat completions format"


def _reason_by_status(error: openai.APIStatusError) -> str:
    status = error.status_code
    known = {
        401: "it refused the key (401)",
        403: "the key may not use this model (403)",
        404: "there is no such model or path (404)",
        429: "it is throttled or its quota is used up (429)",
    }
    if status in known:
        return known[status]
    if 400 <= status < 500:  # noqa: PLR2004 - the 4xx class of RFC 9110
        return f"it refused the request ({status}): {_quoted(error)}"
    return f"it answered with status {status}"


def _origin(error: BaseException) -> BaseException:
    """The failure of the HTTP client, which says more than the "Connection error." it is wrapped in."""
    while error.__cause__ is not None and not isinstance(error, httpx.HTTPError):
        error = error.__cause__
    return error


def _quoted(error: BaseException) -> str:
    said = error.message if isinstance(error, openai.APIError) else str(error)
    return " ".join(said.split())[:_LONGEST_QUOTE] or type(error).__name__


def _showable(error: Exception) -> Exception | None:
    """The error as a cause, unless its text quotes a part of the key as a refused login does."""
    return None if isinstance(error, openai.AuthenticationError) else error


def _choices(response: dict[str, Any] | openai.BaseModel) -> list[dict[str, Any]]:
    if isinstance(response, dict):
        found: list[dict[str, Any]] = response["choices"]
        return found
    fields = {"choices": {"__all__": {"message": {"tool_calls"}}}}
    dumped: list[dict[str, Any]] = response.model_dump(include=fields, warnings=False)["choices"]
    return dumped


def _checked(base_url: str) -> str:
    try:
        parts = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise SettingInvalid(setting="model.base_url", reason=str(error)) from error
    if parts.scheme not in {"http", "https"} or not parts.host:
        raise SettingInvalid(setting="model.base_url", reason=f"`{base_url}` is not an http or https address")
    if parts.userinfo:
        raise SettingInvalid(setting="model.base_url", reason="a user name belongs in PLACET_MODEL_API_KEY")
    return base_url
