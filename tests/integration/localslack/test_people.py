"""Users, groups, presence, agent sessions."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from placet.errors import LocalSlackError
from placet.localslack import Actor, LocalSlack, Player


async def test_a_person_is_found_by_id_and_by_address(client: AsyncWebClient) -> None:
    by_id = await client.users_info(user="U0OMAR")
    by_mail = await client.users_lookupByEmail(email="Omar@example.test")
    assert by_id["user"] == by_mail["user"]
    assert by_id["user"]["profile"]["title"] == "Sales director"
    members = [member["id"] for member in (await client.users_list())["members"]]
    assert members == ["U0DANA", "U0OMAR", "U0LOCALBOT"]


async def test_a_deactivated_person_shows_and_cannot_act(client: AsyncWebClient, player: Player, omar: Actor) -> None:
    await player.change_person("omar", deleted=True)
    assert (await client.users_info(user="U0OMAR"))["user"]["deleted"]
    with pytest.raises(SlackApiError, match="users_not_found"):
        await client.users_lookupByEmail(email="omar@example.test")
    with pytest.raises(LocalSlackError, match="deactivated"):
        await omar.says("hello?")


async def test_presence_and_do_not_disturb_are_what_the_test_says(client: AsyncWebClient, player: Player) -> None:
    assert (await client.users_getPresence(user="U0OMAR"))["presence"] == "active"
    await player.change_person("omar", presence="away", dnd=True)
    assert (await client.users_getPresence(user="U0OMAR"))["presence"] == "away"
    assert (await client.dnd_info(user="U0OMAR"))["dnd_enabled"]


async def test_the_members_of_a_group_are_listed_and_can_change(client: AsyncWebClient, player: Player) -> None:
    assert (await client.usergroups_users_list(usergroup="S0DIRECTORS"))["users"] == ["U0OMAR"]
    await player.set_usergroups({"S0DIRECTORS": []})
    assert (await client.usergroups_users_list(usergroup="S0DIRECTORS"))["users"] == []
    with pytest.raises(SlackApiError, match="no_such_subteam"):
        await client.usergroups_users_list(usergroup="S0NOBODY")


async def test_a_shared_channel_says_it_is_shared(client: AsyncWebClient) -> None:
    shared = (await client.conversations_info(channel="C0SHARED"))["channel"]
    private = (await client.conversations_info(channel="G0BOARD"))["channel"]
    assert (shared["is_ext_shared"], shared["is_private"]) == (True, False)
    assert (private["is_ext_shared"], private["is_private"]) == (False, True)


async def test_a_direct_message_is_the_same_however_it_is_opened(client: AsyncWebClient, dana: Actor) -> None:
    opened = (await client.conversations_open(users=["U0DANA"]))["channel"]["id"]
    posted = await client.chat_postMessage(channel="U0DANA", text="hello")
    assert opened == posted["channel"] == (await dana.says("hi")).channel
    assert (await client.conversations_info(channel=opened))["channel"]["user"] == "U0DANA"


async def test_a_permalink_leads_to_the_page(client: AsyncWebClient, slack: LocalSlack) -> None:
    posted = await client.chat_postMessage(channel="C0DEALS", text="hello")
    link = await client.chat_getPermalink(channel="C0DEALS", message_ts=posted["ts"])
    assert link["permalink"] == f"{slack.url}archives/C0DEALS/p{posted['ts'].replace('.', '')}"


async def test_a_deleted_message_is_gone_and_a_persons_message_is_theirs(client: AsyncWebClient, dana: Actor) -> None:
    posted = await client.chat_postMessage(channel="U0DANA", text="oops")
    sent = await dana.says("mine")
    await client.chat_delete(channel=posted["channel"], ts=posted["ts"])
    assert [message.text for message in await dana.messages()] == ["mine"]
    with pytest.raises(SlackApiError, match="cant_update_message"):
        await client.chat_update(channel=sent.channel, ts=sent.ts, text="theirs")


async def test_a_session_has_one_of_four_states_and_a_title(client: AsyncWebClient, dana: Actor) -> None:
    sent = await dana.says("plan the quarter")
    place = {"channel_id": sent.channel, "thread_ts": sent.ts}
    with pytest.raises(SlackApiError, match="session_not_found"):
        await client.agents_sessions_rename(**place, title="Quarter")
    await client.agents_sessions_setStatus(**place, status="suspended", title="Quarter")
    assert (await client.agents_sessions_rename(**place, title="Q3"))["title"] == "Q3"
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.agents_sessions_setStatus(**place, status="paused")


async def test_the_working_status_goes_away_when_the_app_answers(
    client: AsyncWebClient, dana: Actor, player: Player
) -> None:
    sent = await dana.says("plan the quarter")
    await client.assistant_threads_setStatus(channel_id=sent.channel, thread_ts=sent.ts, status="is thinking…")
    assert "is thinking…" in str(await player.get("state", **{"as": "dana"}))
    await client.chat_postMessage(channel=sent.channel, thread_ts=sent.ts, text="done")
    assert "is thinking…" not in str(await player.get("state", **{"as": "dana"}))
