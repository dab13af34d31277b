"""What real Slack refuses is refused here, and told to the test."""

from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from placet.errors import LocalSlackError, PortTaken
from placet.localslack import LocalChannel, LocalSlack, LocalUser, Player
from placet.localslack.limits import SURFACES, check_message, check_view
from placet.localslack.wire import Refused

Blocks = list[dict[str, Any]]


def _section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def _table() -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}


def _button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}, **more}


def _actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


TOO_MUCH: list[tuple[Blocks, str]] = [
    ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([_table(), _table()], "only_one_table_allowed"),
    ([_section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([_section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([_section("a", block_id="b"), _section("c", block_id="b")], "`block_id` b already exists"),
    ([_actions(_button(), _button())], "`action_id` a already exists for this block"),
    ([_actions(_button(value="x" * 2001))], "must be less than 2001 characters"),
    ([_actions(_button(style="green"))], "must be primary or danger"),
    ([{"type": "header", "text": {"type": "mrkdwn", "text": "no"}}], "must be a valid text object of type plain_text"),
    ([{"type": "alert", "text": {"type": "plain_text", "text": "no"}}], "unsupported type: alert on a message"),
    ([{"type": "sectoin"}], "unsupported type: sectoin on a message"),
]


@pytest.mark.parametrize(("blocks", "finding"), TOO_MUCH)
async def test_a_message_beyond_a_limit_is_refused(
    client: AsyncWebClient, player: Player, blocks: Blocks, finding: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("chat.postMessage", json={"channel": "C0DEALS", "text": "x", "blocks": blocks})
    assert finding in str(caught.value.response["errors"])
    assert finding in (await player.failures())[0]
    assert await player.user("dana").messages("deals") == []


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [_section("x" * 2900)] * 5}, "msg_blocks_too_long"),
    ],
)
async def test_a_message_that_is_no_message_is_refused(
    client: AsyncWebClient, content: dict[str, Any], error: str
) -> None:
    with pytest.raises(SlackApiError, match=error):
        await client.api_call("chat.postMessage", json={"channel": "C0DEALS", **content})


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": _plain("Edit"), "blocks": [], **more}


@pytest.mark.parametrize(
    ("view", "finding"),
    [
        (_modal(title=_plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (_modal(private_metadata="x" * 3001), "less than 3001 characters [json-pointer:/view/private_metadata]"),
        (_modal(blocks=[_table()]), "unsupported type: table on a modal"),
        (_modal(blocks=[{"type": "divider"}] * 101), "no more than 100 items allowed"),
        (_modal(type="home"), "must be modal"),
    ],
)  # fmt: skip
async def test_a_modal_beyond_a_limit_is_refused(client: AsyncWebClient, view: dict[str, Any], finding: str) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments") as caught:
        await client.views_open(trigger_id="1.2.3", view=view)
    assert finding in str(caught.value.response["errors"])


async def test_a_wrong_token_is_refused_and_told(slack: LocalSlack, player: Player) -> None:
    stranger = AsyncWebClient("xoxb-somebody-else", base_url=slack.api_url)
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await stranger.auth_test()
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await stranger.apps_connections_open(app_token=slack.bot_token)
    assert len(await player.failures()) == 2


async def test_an_unknown_method_is_refused_and_told(client: AsyncWebClient, player: Player) -> None:
    with pytest.raises(SlackApiError, match="unknown_method"):
        await client.api_call("chat.postMesage", json={"channel": "C0DEALS", "text": "typo"})
    assert await player.failures() == ["chat.postMesage: unknown_method"]
    call = (await player.traffic())[0]
    assert (call["method"], call["ok"], call["error"]) == ("chat.postMesage", False, "unknown_method")


async def test_form_bodies_with_json_inside_are_understood_and_tokens_not_recorded(
    slack: LocalSlack, player: Player
) -> None:
    form = {"token": slack.bot_token, "channel": "C0DEALS", "blocks": '[{"type": "divider"}]'}
    async with aiohttp.ClientSession() as session:
        answer = await (await session.post(f"{slack.api_url}chat.postMessage", data=form)).json()
    assert answer["message"]["blocks"][0]["type"] == "divider"
    assert slack.bot_token not in str(await player.traffic())


async def test_it_listens_on_loopback_only_and_serves_no_other_host_or_origin(slack: LocalSlack) -> None:
    assert slack.url.startswith("http://127.0.0.1:")
    with pytest.raises(TypeError, match="host"):
        LocalSlack([], host="0.0.0.0")  # type: ignore[call-arg]  # that there is no such option is the point
    async with aiohttp.ClientSession() as session:
        rebound = await session.get(f"{slack.url}control/state", headers={"Host": "evil.example"})
        foreign = await session.post(f"{slack.url}control/say", headers={"Origin": "https://evil.example"})
        plain = await session.get(f"{slack.url}control/state")
    assert (rebound.status, foreign.status, plain.status) == (403, 403, 200)


async def test_a_taken_port_is_said_to_be_taken(slack: LocalSlack) -> None:
    port = int(slack.url.rsplit(":", 1)[1].rstrip("/"))
    with pytest.raises(PortTaken) as caught:
        await LocalSlack([], port=port).start()
    assert caught.value.port == port


def test_two_people_with_one_name_are_refused() -> None:
    twins = [LocalUser(f"U{number}", "sam", "Sam", "") for number in (1, 2)]
    with pytest.raises(LocalSlackError, match="used twice: sam"):
        LocalSlack(twins, [LocalChannel("C1", "deals")])


@settings(deadline=None)  # a slow machine is no failure
@given(st.sampled_from(sorted(SURFACES)), st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["type", "text", "elements", "rows", "block_id", "title", "options"]), inner)
    | st.builds(lambda kind, rest: {"type": kind, "text": rest, "elements": rest, "rows": rest, "element": rest},
                st.sampled_from(sorted(SURFACES["message"])), inner),
    max_leaves=12,
))  # fmt: skip
def test_any_json_is_either_accepted_or_refused_with_words(surface: str, body: object) -> None:
    title = {"type": "plain_text", "text": "t"}
    refused = ""
    try:
        if surface == "message":
            check_message("text", [body])
        else:
            check_view({"type": surface, "title": title, "blocks": [body]}, kind=surface)
    except Refused as refusal:
        refused = refusal.error
    assert refused in ("", "invalid_blocks", "invalid_arguments", "msg_blocks_too_long")
