"""Starting and stopping: wrong tokens are told at once, and nothing is left behind."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.integration.slack.office import edge_of
from tests.support.company import Company, company

from placet.errors import SlackRefused
from placet.localslack import LocalSlack, Player
from placet.vocabulary import Secret


@pytest.fixture
async def co(tmp_path: Path) -> Any:
    async with company(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("wrong", "method", "reason"),
    [
        ({"bot_token": Secret("xoxb-wrong")}, "auth.test", "invalid_auth"),
        ({"app_token": Secret("xapp-wrong")}, "apps.connections.open", "invalid_auth"),
    ],
)
async def test_a_wrong_token_is_told_at_once_and_never_shown(
    co: Company, slack: LocalSlack, wrong: dict[str, Secret], method: str, reason: str
) -> None:
    edge = edge_of(co, slack, **wrong)
    with pytest.raises(SlackRefused) as refused:
        await edge.start()
    assert (refused.value.method, refused.value.reason) == (method, reason)
    assert "wrong" not in str(refused.value)


async def test_swapped_tokens_are_told_apart(co: Company, slack: LocalSlack) -> None:
    edge = edge_of(co, slack, bot_token=Secret(slack.app_token), app_token=Secret(slack.bot_token))
    with pytest.raises(SlackRefused, match=r"auth\.test"):
        await edge.start()


async def test_a_slack_that_is_not_there_is_told_as_such(co: Company, slack: LocalSlack) -> None:
    await slack.stop()
    with pytest.raises(SlackRefused) as refused:
        await edge_of(co, slack, api_url="http://127.0.0.1:9/api/").start()
    assert refused.value.next_step.startswith("check the bot and app tokens")


async def test_a_proxy_in_the_environment_is_not_used_on_this_machine(
    co: Company, slack: LocalSlack, player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    edge = edge_of(co, slack)
    await edge.start()
    await player.wait_connected()
    await edge.stop()


async def test_stopping_leaves_no_task_and_no_connection_behind(co: Company, slack: LocalSlack, player: Player) -> None:
    before = asyncio.all_tasks()
    edge = edge_of(co, slack)
    await edge.start()
    await player.wait_connected()
    await player.user("stray").says("hello")
    await player.user("stray").wait_message(lambda one: one.text.startswith("I do not know you"))
    await edge.stop()
    await edge.stop()
    own = {task for task in asyncio.all_tasks() - before if "placet/localslack" not in str(task)}
    assert {task for task in own if "slack" in str(task.get_coro())} == set()


async def test_an_app_listens_once(co: Company, slack: LocalSlack) -> None:
    edge = edge_of(co, slack)
    await edge.start()
    with pytest.raises(SlackRefused, match="listening already"):
        await edge.start()
    await edge.stop()


async def test_after_stopping_an_app_can_start_again(co: Company, slack: LocalSlack, player: Player) -> None:
    edge = edge_of(co, slack)
    for _ in range(2):
        await edge.start()
        await player.wait_connected()
        await edge.stop()


async def test_a_socket_that_slack_takes_away_is_opened_anew(co: Company, slack: LocalSlack, player: Player) -> None:
    edge = edge_of(co, slack)
    await edge.start()
    await player.wait_connected()
    await player.refresh_sockets()
    await player.wait_connected()
    await player.user("stray").says("hello")
    await player.user("stray").wait_message(lambda one: one.text.startswith("I do not know you"))
    await edge.stop()
