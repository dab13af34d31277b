"""An unmodified Bolt app over Socket Mode against the local Slack, with a clock the test moves."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from placet.localslack import Actor, Clock, LocalChannel, LocalSlack, LocalUser, Player

Ear = tuple[SocketModeClient, asyncio.Queue[SocketModeRequest]]


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
async def connect(slack: LocalSlack, player: Player) -> AsyncIterator[Callable[[AsyncApp], Awaitable[None]]]:
    """Connects an app over Socket Mode, until the test ends."""
    handlers: list[AsyncSocketModeHandler] = []

    async def connect(app: AsyncApp) -> None:
        handlers.append(AsyncSocketModeHandler(app, slack.app_token))
        await handlers[-1].connect_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it untyped
        await player.wait_connected()

    yield connect
    for handler in handlers:
        await handler.close_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it untyped


@pytest.fixture
async def app(client: AsyncWebClient, connect: Callable[[AsyncApp], Awaitable[None]]) -> AsyncApp:
    app = AsyncApp(client=client, logger=logging.getLogger("quiet"))
    await connect(app)
    return app


@pytest.fixture
async def listen(slack: LocalSlack, client: AsyncWebClient) -> AsyncIterator[Callable[[], Awaitable[Ear]]]:
    """Opens a bare socket that acknowledges nothing by itself, until the test ends."""
    ears: list[SocketModeClient] = []

    async def listen() -> Ear:
        arrivals: asyncio.Queue[SocketModeRequest] = asyncio.Queue()
        ear = SocketModeClient(slack.app_token, web_client=client)
        ear.socket_mode_request_listeners.append(lambda _client, request: arrivals.put(request))
        ears.append(ear)
        await ear.connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
        return ear, arrivals

    yield listen
    for ear in ears:
        await ear.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
