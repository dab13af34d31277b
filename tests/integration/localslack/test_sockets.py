"""Deliveries over Socket Mode: retries, reconnects, several sockets."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.say.async_say import AsyncSay
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from placet.localslack import Actor, LocalSlack, Player

Listen = Callable[[], Awaitable[tuple[SocketModeClient, asyncio.Queue[SocketModeRequest]]]]


async def test_an_event_nobody_acknowledged_comes_again_with_retry_headers(
    app: AsyncApp, dana: Actor, player: Player
) -> None:
    seen: list[tuple[str, Any]] = []

    @app.middleware
    async def refuse_first(req: AsyncBoltRequest, next: Any) -> BoltResponse | None:  # bolt wants this name
        seen.append((req.body["event_id"], req.headers.get("x-slack-retry-num")))
        if len(seen) == 1:
            await player.advance(3.1)
            return BoltResponse(status=503)
        await next()
        return None

    @app.event("message")
    async def answer(say: AsyncSay) -> None:
        await say("at last")

    await dana.says("hello")
    await dana.wait_message(lambda message: message.text == "at last")
    (first, attempt), (second, again) = seen[:2]
    assert first == second
    assert (attempt, again) == (["0"], ["1"])


async def test_the_second_retry_comes_after_a_minute(listen: Listen, dana: Actor, player: Player) -> None:
    _, arrivals = await listen()
    await dana.says("hello")
    attempts = []
    for seconds in (3.1, 63.1, 0):
        request = await arrivals.get()
        attempts.append((request.retry_attempt, request.retry_reason))
        await player.advance(seconds)
    assert attempts == [(0, ""), (1, "timeout"), (2, "timeout")]


async def test_what_was_said_while_no_app_was_connected_arrives_later(
    client: AsyncWebClient, connect: Callable[[AsyncApp], Awaitable[None]], dana: Actor
) -> None:
    await dana.says("anyone there?")
    app = AsyncApp(client=client)

    @app.event("message")
    async def answer(say: AsyncSay) -> None:
        await say("now I am")

    await connect(app)
    answered = await dana.wait_message(lambda message: message.text == "now I am")
    assert not answered.ephemeral


async def test_an_app_asked_to_reconnect_goes_on_working(app: AsyncApp, dana: Actor, player: Player) -> None:
    @app.command("/ping")
    async def ping(ack: AsyncAck) -> None:
        await ack("pong")

    await player.refresh_sockets()
    await player.wait_connected()
    assert (await dana.command("/ping", "")).acked
    assert [message.text for message in await dana.messages()] == ["pong"]


async def test_an_event_in_flight_on_a_lost_socket_comes_again(listen: Listen, dana: Actor) -> None:
    crashed, arrivals = await listen()
    await dana.says("hello")
    lost = await arrivals.get()
    await crashed.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
    _, arrivals = await listen()
    again = await arrivals.get()
    assert again.payload["event_id"] == lost.payload["event_id"]
    assert again.envelope_id != lost.envelope_id
    assert (lost.retry_attempt, again.retry_attempt) == (0, 1)


async def test_the_app_hears_of_its_own_messages_and_edits(listen: Listen, client: AsyncWebClient) -> None:
    _, arrivals = await listen()
    posted = await client.chat_postMessage(channel="U0DANA", text="first")
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="second")
    event, edit = [(await arrivals.get()).payload["event"] for _ in range(2)]
    assert (event["bot_id"], event["text"], event.get("subtype")) == ("B0LOCALBOT", "first", None)
    assert (edit["subtype"], edit["message"]["text"]) == ("message_changed", "second")
    assert edit["previous_message"]["text"] == "first"


async def test_a_socket_address_works_once(slack: LocalSlack, client: AsyncWebClient) -> None:
    opened = await client.apps_connections_open(app_token=slack.app_token)
    async with aiohttp.ClientSession() as session:
        first = await session.ws_connect(opened["url"])
        assert (await first.receive_json())["type"] == "hello"
        refused = await session.get(opened["url"].replace("ws://", "http://"))
        assert refused.status == 403
        await first.close()


async def test_a_rate_limited_call_says_when_to_come_back(client: AsyncWebClient, player: Player) -> None:
    await player.fail_next("chat.postMessage", "ratelimited")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0DEALS", text="x")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
    assert (await client.chat_postMessage(channel="C0DEALS", text="x"))["ok"]
