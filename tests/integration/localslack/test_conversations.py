"""People write, the app answers: direct messages, threads, mentions, commands."""

from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.context.say.async_say import AsyncSay
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from placet.localslack import Actor, LocalSlack


async def test_a_direct_message_is_answered_in_its_thread(app: AsyncApp, dana: Actor, slack: LocalSlack) -> None:
    @app.event("message")
    async def answer(event: dict[str, Any], say: AsyncSay) -> None:
        await say(text=f"you said {event['text']}", thread_ts=event["ts"])

    sent = await dana.says("move Acme to won")
    reply = await dana.wait_message(lambda message: message.thread_ts == sent.ts and message.ts != sent.ts)
    assert reply.text == "you said move Acme to won"
    assert reply.user == slack.bot_user_id
    root = (await dana.messages(thread_ts=sent.ts))[0]
    assert (root.raw["reply_count"], root.raw["latest_reply"]) == (1, reply.ts)


async def test_a_message_event_carries_what_real_slack_sends(app: AsyncApp, dana: Actor) -> None:
    bodies: list[dict[str, Any]] = []

    @app.event("message")
    async def keep(body: dict[str, Any], say: AsyncSay) -> None:
        bodies.append(body)
        await say("seen")

    await dana.says("is 5 < 6 & done? ask @omar or omar@example.test at https://example.test/a.")
    await dana.wait_message(lambda message: message.text == "seen")
    body, event = bodies[0], bodies[0]["event"]
    assert event["text"] == (
        "is 5 &lt; 6 &amp; done? ask <@U0OMAR> or <mailto:omar@example.test|omar@example.test> "
        "at <https://example.test/a>."
    )
    assert (event["channel_type"], event["user"], event["team"]) == ("im", "U0DANA", "T0PLACET")
    assert body["event_id"].startswith("Ev")
    assert (body["api_app_id"], body["team_id"]) == ("A0LOCALAPP", "T0PLACET")


async def test_a_mention_reaches_the_app_and_other_talk_does_not(app: AsyncApp, dana: Actor, slack: LocalSlack) -> None:
    heard: list[str] = []

    @app.event("app_mention")
    async def answer(event: dict[str, Any], say: AsyncSay) -> None:
        heard.append(event["text"])
        await say(text="here", thread_ts=event["ts"])

    await dana.says("just talking", channel="deals")
    sent = await dana.mentions("deals", "status?")
    await dana.wait_message(lambda message: message.text == "here", channel="deals")
    assert heard == [f"<@{slack.bot_user_id}> status?"]
    assert [message.text for message in await dana.messages("deals", thread_ts=sent.ts)][1:] == ["here"]


async def test_the_answer_to_a_command_is_seen_by_that_person_alone(app: AsyncApp, dana: Actor, omar: Actor) -> None:
    @app.command("/deal")
    async def answer(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond) -> None:
        await ack(f"working on {command['text']}")
        await respond(text="for all", response_type="in_channel")

    assert (await dana.command("/deal", "Acme", channel="deals")).acked
    await omar.wait_message(lambda message: message.text == "for all", channel="deals")
    shown = {(message.text, message.ephemeral) for message in await dana.messages("deals")}
    assert shown == {("working on Acme", True), ("for all", False)}
    assert [message.text for message in await omar.messages("deals")] == ["for all"]


async def test_a_command_without_a_connected_app_fails_at_once(dana: Actor) -> None:
    sent = await dana.command("/deal", "Acme")
    assert (sent.acked, sent.error) == (False, "dispatch_failed")


async def test_timestamps_are_unique_and_grow(client: AsyncWebClient) -> None:
    posted = [await client.chat_postMessage(channel="C0DEALS", text=str(number)) for number in range(5)]
    stamps = [answer["ts"] for answer in posted]
    assert stamps == sorted(set(stamps))


async def test_a_reply_to_a_missing_thread_is_refused(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.chat_postMessage(channel="C0DEALS", text="late", thread_ts="1.000001")


async def test_history_shows_threads_by_their_root_and_replies_in_order(client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="C0DEALS", text="root")
    for text in ("one", "two"):
        await client.chat_postMessage(channel="C0DEALS", text=text, thread_ts=root["ts"])
    history = await client.conversations_history(channel="C0DEALS")
    replies = await client.conversations_replies(channel="C0DEALS", ts=root["ts"], limit=2)
    assert [(message["text"], message["reply_count"]) for message in history["messages"]] == [("root", 2)]
    assert [message["text"] for message in replies["messages"]] == ["root", "one"]
    assert replies["has_more"]
