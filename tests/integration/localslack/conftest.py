"""An unmodified Bolt app over Socket Mode against the local Slack, with a clock the test moves."""

import logging
from collections.abc import AsyncIterator

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from placet.localslack import Actor, Clock, LocalChannel, LocalSlack, LocalUser, Player


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalSlack]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    users = (
        LocalUser("U0DANA", "dana", "Dana Reyes", "dana@example.test", "Account executive"),
        LocalUser("U0OMAR", "omar", "Omar Haddad", "omar@example.test", "Sales director"),
    )
    channels = (
        LocalChannel("C0DEALS", "deals"),
        LocalChannel("C0SHARED", "with-acme", is_ext_shared=True),
        LocalChannel("G0BOARD", "board", is_private=True),
    )
    groups = {"S0DIRECTORS": ["U0OMAR"]}
    async with LocalSlack(users, channels, usergroups=groups, clock=Clock(lambda: 0.0)) as slack:
        yield slack


@pytest.fixture
async def player(slack: LocalSlack) -> AsyncIterator[Player]:
    async with Player(slack.url) as player:
        yield player


@pytest.fixture
def dana(player: Player) -> Actor:
    return player.user("dana")


@pytest.fixture
def omar(player: Player) -> Actor:
    return player.user("omar")


@pytest.fixture
def client(slack: LocalSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url)


@pytest.fixture
async def app(slack: LocalSlack, client: AsyncWebClient, player: Player) -> AsyncIterator[AsyncApp]:
    app = AsyncApp(client=client, logger=logging.getLogger("quiet"))
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    await player.wait_connected()
    yield app
    await handler.close_async()
