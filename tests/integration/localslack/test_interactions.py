"""Buttons, modals, Home tabs and response URLs."""

from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from placet.errors import LocalSlackError
from placet.localslack import Actor, Message, Player


def _button(action_id: str, value: str = "v1") -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": action_id,
        "value": value,
        "text": {"type": "plain_text", "text": action_id},
    }


def _card(*buttons: dict[str, Any]) -> list[dict[str, Any]]:
    text = {"type": "mrkdwn", "text": "Acme: 5 % → 12 %"}
    return [
        {"type": "section", "block_id": "what", "text": text},
        {"type": "actions", "block_id": "decide", "elements": list(buttons)},
    ]


def _reject_modal(**more: Any) -> dict[str, Any]:
    reason = {"type": "plain_text_input", "action_id": "text", "multiline": True}
    choices = [{"text": {"type": "plain_text", "text": word.title()}, "value": word} for word in ("price", "risk")]
    kind = {"type": "radio_buttons", "action_id": "kind", "options": choices}
    return {
        "type": "modal",
        "callback_id": "reject",
        "title": {"type": "plain_text", "text": "Reject"},
        "submit": {"type": "plain_text", "text": "Reject"},
        "blocks": [
            {"type": "input", "block_id": "reason", "label": {"type": "plain_text", "text": "Why"}, "element": reason},
            {
                "type": "input",
                "block_id": "kind",
                "optional": True,
                "label": {"type": "plain_text", "text": "Kind"},
                "element": kind,
            },
        ],
        **more,
    }


async def _post_card(client: AsyncWebClient, omar: Actor, *buttons: dict[str, Any]) -> Message:
    posted = await client.chat_postMessage(channel="U0OMAR", text="card", blocks=_card(*buttons))
    return await omar.wait_message(lambda message: message.ts == posted["ts"])


async def test_a_click_is_acknowledged_and_the_card_replaced(
    app: AsyncApp, omar: Actor, client: AsyncWebClient
) -> None:
    @app.action("approve")
    async def approve(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        place = body["container"]
        await client.chat_update(channel=place["channel_id"], ts=place["message_ts"], text="approved")

    card = await _post_card(client, omar, _button("approve"), _button("reject"))
    assert (await omar.clicks(card, "approve")).acked
    done = await omar.wait_message(lambda message: message.text == "approved")
    assert (done.ts, done.blocks, done.edited) == (card.ts, [], True)


async def test_a_click_tells_who_where_and_what(app: AsyncApp, omar: Actor, client: AsyncWebClient) -> None:
    bodies: list[dict[str, Any]] = []

    @app.action("approve")
    async def approve(ack: AsyncAck, body: dict[str, Any]) -> None:
        bodies.append(body)
        await ack()

    card = await _post_card(client, omar, _button("approve", "v1.p7.2"))
    await omar.clicks(card, "appr")
    body = bodies[0]
    assert body["user"] == {"id": "U0OMAR", "username": "omar", "name": "omar", "team_id": "T0PLACET"}
    assert (body["team"]["id"], body["api_app_id"]) == ("T0PLACET", "A0LOCALAPP")
    assert body["channel"] == {"id": card.channel, "name": "directmessage"}
    assert body["container"]["message_ts"] == body["message"]["ts"] == card.ts
    action = body["actions"][0]
    assert (action["block_id"], action["action_id"], action["value"]) == ("decide", "approve", "v1.p7.2")
    assert body["trigger_id"]
    assert body["response_url"].startswith("http://127.0.0.1:")


async def test_a_click_by_someone_of_another_workspace_says_so(
    app: AsyncApp, omar: Actor, client: AsyncWebClient, player: Player
) -> None:
    teams: list[tuple[str, str]] = []

    @app.action("approve")
    async def approve(ack: AsyncAck, body: dict[str, Any]) -> None:
        teams.append((body["team"]["id"], body["user"]["team_id"]))
        await ack()

    await player.change_person("omar", team_id="T0ACME", is_stranger=True)
    await omar.clicks(await _post_card(client, omar, _button("approve")), "approve")
    assert teams == [("T0PLACET", "T0ACME")]


async def test_a_click_nobody_handles_fails_after_three_seconds(
    app: AsyncApp, omar: Actor, client: AsyncWebClient, player: Player
) -> None:
    unheard: list[str] = []

    @app.action("slow")
    async def slow(body: dict[str, Any]) -> None:
        unheard.append(body["actions"][0]["action_id"])
        await player.advance(3.1)

    result = await omar.clicks(await _post_card(client, omar, _button("slow")), "slow")
    assert unheard == ["slow"]
    assert (result.acked, result.error) == (False, "operation_timeout")


async def test_a_click_on_a_button_that_is_not_there_is_refused(omar: Actor, client: AsyncWebClient) -> None:
    card = await _post_card(client, omar, _button("approve.a"), _button("approve.b"))
    with pytest.raises(LocalSlackError, match=r"fits 0 elements; the actions are approve\.a, approve\.b"):
        await omar.clicks(card, "reject")
    with pytest.raises(LocalSlackError, match="fits 2 elements"):
        await omar.clicks(card, "approve")


async def test_a_person_cannot_click_in_another_persons_direct_message(
    dana: Actor, omar: Actor, client: AsyncWebClient
) -> None:
    card = await _post_card(client, omar, _button("approve"))
    with pytest.raises(LocalSlackError, match="message_not_found"):
        await dana.clicks(card, "approve")


async def test_a_modal_is_refused_with_errors_then_taken(app: AsyncApp, omar: Actor, client: AsyncWebClient) -> None:
    taken: list[dict[str, Any]] = []

    @app.action("reject")
    async def reject(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=_reject_modal(private_metadata="p7"))

    @app.view("reject")
    async def submitted(ack: AsyncAck, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        if len(values["reason"]["text"]["value"]) < 5:
            await ack(response_action="errors", errors={"reason": "say a little more"})
            return
        taken.append(view)
        await ack()

    await omar.clicks(await _post_card(client, omar, _button("reject")), "reject")
    view = await omar.wait_view()
    assert view["private_metadata"] == "p7"
    assert (await omar.submits({"reason": ""})).errors == {"reason": "Please complete this required field."}
    assert (await omar.submits({"reason": "no"})).errors == {"reason": "say a little more"}
    assert (await omar.submits({"text": "too cheap", "kind": "Price"})).ok
    assert await omar.view() is None
    assert taken[0]["state"]["values"]["kind"]["kind"]["selected_option"]["value"] == "price"


async def test_a_submission_may_show_another_view(app: AsyncApp, omar: Actor, client: AsyncWebClient) -> None:
    @app.action("reject")
    async def reject(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=_reject_modal())

    @app.view("reject")
    async def submitted(ack: AsyncAck) -> None:
        title = {"type": "plain_text", "text": "Done"}
        await ack(response_action="update", view={"type": "modal", "title": title, "blocks": []})

    await omar.clicks(await _post_card(client, omar, _button("reject")), "reject")
    await omar.wait_view()
    assert (await omar.submits({"reason": "too cheap"})).ok
    shown = await omar.wait_view(lambda view: view["callback_id"] == "")
    assert shown["blocks"] == []


async def test_errors_for_a_block_that_is_no_input_are_a_failure(
    app: AsyncApp, omar: Actor, client: AsyncWebClient, player: Player
) -> None:
    @app.action("reject")
    async def reject(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=_reject_modal())

    @app.view("reject")
    async def submitted(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"raeson": "typo"})

    await omar.clicks(await _post_card(client, omar, _button("reject")), "reject")
    await omar.wait_view()
    assert (await omar.submits({"reason": "too cheap"})).error == "invalid_errors"
    assert await player.failures() == [
        "view_submission answer: invalid_errors (names raeson, the inputs are kind, reason)"
    ]


async def test_closing_a_modal_is_told_to_an_app_that_asked(app: AsyncApp, omar: Actor, client: AsyncWebClient) -> None:
    closed: list[str] = []

    @app.action("reject")
    async def reject(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=_reject_modal(notify_on_close=True))

    @app.view_closed("reject")
    async def on_close(ack: AsyncAck, view: dict[str, Any]) -> None:
        await ack()
        closed.append(view["callback_id"])

    await omar.clicks(await _post_card(client, omar, _button("reject")), "reject")
    await omar.wait_view()
    await omar.closes_view()
    assert closed == ["reject"]
    assert await omar.view() is None


@pytest.mark.parametrize(
    ("seconds", "times", "error"), [(3.1, 1, "expired_trigger_id"), (0, 2, "exchanged_trigger_id")]
)
async def test_a_trigger_opens_one_view_within_three_seconds(
    app: AsyncApp, omar: Actor, client: AsyncWebClient, player: Player, seconds: float, times: int, error: str
) -> None:
    triggers: list[str] = []

    @app.action("reject")
    async def reject(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        triggers.append(body["trigger_id"])

    await omar.clicks(await _post_card(client, omar, _button("reject")), "reject")
    await player.advance(seconds)
    for _ in range(times - 1):
        await client.views_open(trigger_id=triggers[0], view=_reject_modal())
    with pytest.raises(SlackApiError, match=error):
        await client.views_open(trigger_id=triggers[0], view=_reject_modal())


async def test_a_view_that_changed_meanwhile_is_not_overwritten(
    app: AsyncApp, omar: Actor, client: AsyncWebClient
) -> None:
    @app.action("reject")
    async def reject(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=_reject_modal())

    await omar.clicks(await _post_card(client, omar, _button("reject")), "reject")
    view = await omar.wait_view()
    view_id, seen = str(view["id"]), str(view["hash"])
    await client.views_update(view_id=view_id, hash=seen, view=_reject_modal())
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view_id, hash=seen, view=_reject_modal())


async def test_opening_the_home_tab_shows_what_the_app_publishes(app: AsyncApp, omar: Actor) -> None:
    @app.event("app_home_opened")
    async def publish(event: dict[str, Any], client: AsyncWebClient) -> None:
        text = {"type": "plain_text", "text": "3 waiting"}
        view = {"type": "home", "blocks": [{"type": "header", "text": text}]}
        await client.views_publish(user_id=event["user"], view=view)

    home = await omar.opens_home()
    assert home is not None
    assert [block["text"]["text"] for block in _blocks(home)] == ["3 waiting"]


def _blocks(view: dict[str, object]) -> list[dict[str, Any]]:
    blocks = view["blocks"]
    return blocks if isinstance(blocks, list) else []


async def test_a_response_url_replaces_the_original_and_wears_out(
    app: AsyncApp, omar: Actor, client: AsyncWebClient, player: Player
) -> None:
    statuses: list[int] = []

    @app.action("approve")
    async def approve(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        for number in range(6):
            answer = await respond(text=f"round {number}", replace_original=True)
            statuses.append(answer.status_code)
        await respond("after the last")
        await client.chat_postMessage(channel="U0OMAR", text="finished")

    card = await _post_card(client, omar, _button("approve"))
    await omar.clicks(card, "approve")
    await omar.wait_message(lambda message: message.text == "finished")
    assert statuses == [200, 200, 200, 200, 200, 404]
    assert [message.text for message in await omar.messages()] == ["round 4", "finished"]
    assert await player.failures() == ["response_url: used_url", "response_url: used_url"]


async def test_a_button_in_an_ephemeral_message_carries_no_message(
    app: AsyncApp, omar: Actor, client: AsyncWebClient
) -> None:
    bodies: list[dict[str, Any]] = []

    @app.action("approve")
    async def approve(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        bodies.append(body)
        await ack()
        await respond(delete_original=True)
        await respond("gone")

    await client.chat_postEphemeral(channel="C0DEALS", user="U0OMAR", text="card", blocks=_card(_button("approve")))
    card = await omar.wait_message(lambda message: message.ephemeral, channel="deals")
    await omar.clicks(card, "approve")
    await omar.wait_message(lambda message: message.text == "gone", channel="deals")
    assert bodies[0]["container"]["is_ephemeral"]
    assert "message" not in bodies[0]
    assert [message.text for message in await omar.messages("deals")] == ["gone"]
