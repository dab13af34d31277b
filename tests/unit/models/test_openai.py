import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
import respx
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_core.tracers._streaming import _StreamingCallbackHandler

from placet.errors import AnswerUnusable, ModelUnavailable, SettingInvalid
from placet.models import close_model, explain, openai_model, read_answer

URL = "http://models.example/v1"
KEY = "sk-secret-of-ours"


@pytest.fixture
def endpoint() -> Iterator[respx.Route]:
    with respx.mock(assert_all_mocked=True) as router:
        yield router.post(f"{URL}/chat/completions")


def _model(**changes: Any) -> BaseChatModel:
    return openai_model(**{"base_url": URL, "model": "small", "api_key": lambda: KEY, **changes})


def _reply(*arguments: str, finish_reason: str | None = "tool_calls", **message: object) -> httpx.Response:
    calls = [
        {"id": f"c{place}", "type": "function", "function": {"name": "move", "arguments": raw}}
        for place, raw in enumerate(arguments)
    ]
    said = {"role": "assistant", "content": None, "tool_calls": calls or None, **message}
    choice = {"index": 0, "message": said, "finish_reason": finish_reason}
    return httpx.Response(200, json={"id": "r", "object": "chat.completion", "model": "small", "choices": [choice]})


async def _both_ways(model: BaseChatModel) -> list[ModelUnavailable]:
    with pytest.raises(ModelUnavailable) as plain:
        model.invoke("hi")
    with pytest.raises(ModelUnavailable) as waiting:
        await model.ainvoke("hi")
    return [plain.value, waiting.value]


async def test_calls_arrive_with_their_raw_text_in_sync_and_async(endpoint: respx.Route) -> None:
    endpoint.respond(json=json.loads(_reply('{"amount": 0.10}', '{"amount": 120}').content))
    model = _model()
    for message in (model.invoke("hi"), await model.ainvoke("hi")):
        assert [call.arguments for call in read_answer(message).calls] == [{"amount": "0.10"}, {"amount": 120}]
    assert endpoint.called
    assert endpoint.call_count == 2


def test_the_request_is_plain_chat_completions_whatever_the_model_is_called(endpoint: respx.Route) -> None:
    endpoint.return_value = _reply(content="Hello", finish_reason="stop")
    assert _model(model="gpt-5.5-pro").invoke("hi").text == "Hello"
    request = endpoint.calls.last.request
    sent = json.loads(request.content)
    assert not {"stream", "parallel_tool_calls"} & {key for key, value in sent.items() if value}
    assert request.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(("settings", "sent"), [({}, 0), ({"temperature": None}, None)])
def test_the_temperature_is_zero_unless_left_out(endpoint: respx.Route, settings: dict[str, Any], sent: object) -> None:
    endpoint.return_value = _reply(content="Hello", finish_reason="stop")
    _model(**settings).invoke("hi")
    assert json.loads(endpoint.calls.last.request.content).get("temperature") == sent


def test_parallel_tool_calls_are_the_callers_choice(endpoint: respx.Route) -> None:
    endpoint.return_value = _reply(content="Hello", finish_reason="stop")
    tool = {"type": "function", "function": {"name": "move", "parameters": {"type": "object"}}}
    _model().bind_tools([tool], parallel_tool_calls=False).invoke("hi")
    assert json.loads(endpoint.calls.last.request.content)["parallel_tool_calls"] is False


def test_a_listener_on_the_stream_does_not_switch_streaming_on(endpoint: respx.Route) -> None:
    class Listener(BaseCallbackHandler, _StreamingCallbackHandler[Any]):
        def tap_output_iter(self, run_id: object, output: Any) -> Any:  # noqa: ARG002 - LangChain's signature
            return output

        def tap_output_aiter(self, run_id: object, output: Any) -> Any:  # noqa: ARG002 - LangChain's signature
            return output

    endpoint.return_value = _reply(content="Hello", finish_reason="stop")
    _model().invoke([HumanMessage("hi")], config={"callbacks": [Listener()]})
    assert not json.loads(endpoint.calls.last.request.content).get("stream")


def test_variables_of_the_environment_do_not_divert_the_request(
    endpoint: respx.Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_BASE", "OPENAI_BASE_URL", "OPENAI_PROXY", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://elsewhere.example")
    endpoint.return_value = _reply(content="Hello", finish_reason="stop")
    assert _model().invoke("hi").text == "Hello"
    with respx.mock() as router:
        route = router.post("https://api.openai.com/v1/chat/completions")
        route.return_value = _reply(content="Hello", finish_reason="stop")
        assert _model(base_url=None).invoke("hi").text == "Hello"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (_reply('{"amount": 10', finish_reason="length"), "length"),
        (_reply('{"amount": 10}', finish_reason="length"), "length"),
        (_reply('{"amount": 10}', finish_reason=None), "no finish_reason"),
        (_reply('{"amount": 10, "amount": 1000}'), "appears twice"),
        (_reply('{"amount": 10'), "not valid JSON"),
        (_reply('{"amount": NaN}'), "NaN"),
        (_reply(""), "not valid JSON"),
    ],
)
def test_an_answer_that_is_cut_off_or_ambiguous_cannot_be_used(
    endpoint: respx.Route, reply: httpx.Response, why: str
) -> None:
    endpoint.return_value = reply
    with pytest.raises(AnswerUnusable, match=why):
        read_answer(_model().invoke("hi"))
    assert endpoint.called


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (400, "refused the request"),
        (401, "refused the key"),
        (403, "may not use"),
        (404, "no such model"),
        (429, "throttled"),
        (503, "status 503"),
        (307, "status 307"),
    ],
)
async def test_a_refusal_says_why_and_never_quotes_the_key(endpoint: respx.Route, status: int, why: str) -> None:
    body = {"error": {"message": f"no {KEY if status == 401 else ''}", "type": "x"}}
    endpoint.respond(status, json=body, headers={"location": "http://elsewhere.example"})
    for error in await _both_ways(_model(max_retries=0)):
        assert why in error.reason
        assert error.model == "small"
        assert KEY not in f"{error} {error.__cause__}"
    assert endpoint.call_count == 2


def test_a_throttled_call_is_tried_again(endpoint: respx.Route) -> None:
    busy = httpx.Response(429, headers={"retry-after-ms": "1"}, json={"error": {"message": "slow down"}})
    endpoint.side_effect = [busy, _reply(content="Hello", finish_reason="stop")]
    assert read_answer(_model().invoke("hi")).text == "Hello"
    assert endpoint.call_count == 2


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (httpx.ReadTimeout("slow"), "in time"),
        (httpx.ConnectTimeout("slow"), "in time"),
        (httpx.ConnectError("connection refused"), "connection refused"),
    ],
)
async def test_silence_is_the_models_absence(endpoint: respx.Route, failure: Exception, why: str) -> None:
    endpoint.side_effect = failure
    for error in await _both_ways(_model(max_retries=0)):
        assert why in error.reason
    assert endpoint.call_count == 2


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, html="<p>Sign in</p>"),
        httpx.Response(200, json={"object": "list"}),
        httpx.Response(200, json={"choices": None}),
        httpx.Response(200, json={"error": "overloaded"}),
        httpx.Response(200, content=b"{", headers={"content-type": "application/json"}),
    ],
)
async def test_an_endpoint_of_another_kind_is_named_as_such(endpoint: respx.Route, response: httpx.Response) -> None:
    endpoint.return_value = response
    for error in await _both_ways(_model(max_retries=0)):
        assert "chat completions format" in error.reason


async def test_the_key_is_asked_for_at_every_request(endpoint: respx.Route) -> None:
    endpoint.return_value = _reply(content="Hello", finish_reason="stop")
    keys = iter(["first", "second"])
    model = _model(api_key=lambda: next(keys))
    model.invoke("hi")
    await model.ainvoke("hi")
    assert [call.request.headers["authorization"] for call in endpoint.calls] == ["Bearer first", "Bearer second"]


async def test_injected_clients_are_used_and_closed() -> None:
    transport = httpx.MockTransport(lambda _: _reply(content="Hi", finish_reason="stop"))
    plain, waiting = httpx.Client(transport=transport), httpx.AsyncClient(transport=transport)
    model = _model(http_client=plain, http_async_client=waiting)
    assert model.invoke("hi").text == (await model.ainvoke("hi")).text == "Hi"
    await close_model(model)
    assert plain.is_closed
    assert waiting.is_closed


@pytest.mark.parametrize(
    "address", ["ftp://x.example/v1", "models", "http://me:pw@x.example/v1", "http://x.example:port/v1"]
)
def test_an_address_that_cannot_be_meant_is_refused(address: str) -> None:
    with pytest.raises(SettingInvalid, match="base_url"):
        _model(base_url=address)


def test_any_error_can_be_explained() -> None:
    assert explain(openai.OpenAIError("odd")).reason == "its answer is not in the chat completions format"
    assert explain(httpx.ReadTimeout("slow"), model="m").model == "m"
