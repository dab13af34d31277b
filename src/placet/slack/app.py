"""The edge to Slack: an AsyncApp over Socket Mode, and the handler of `send` segments."""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

import aiohttp
import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from placet.dispatch import Dispatch
from placet.errors import SlackRefused
from placet.rules import Policies
from placet.slack.desk import Desk
from placet.slack.errands import GRACE_SECONDS, Errands
from placet.slack.listeners import register
from placet.slack.sending import Sender
from placet.slack.socket import Socket
from placet.slack.web import TIMEOUT_SECONDS, SlackTrouble, logger, on_this_machine, open_client, refused
from placet.storage import Store
from placet.vocabulary import AgentSpec, Secret

log = structlog.get_logger()

API_URL = "https://slack.com/api/"
EXAMPLES = (
    "find deals of Globex",
    "how many Falcon sensors are in stock?",
    "move the Hooli expansion deal to negotiation",
)
"""Three things to try with the reference project."""


class SlackEdge:
    """One Slack app in one workspace. `start` before listening, `stop` at the end; `send` works without both.

    `default_agent` answers every request; `graph_version` is stored with each run. `api_url` is Slack's own or a
    local Slack on loopback; proxy variables are not followed there. `examples` are shown on the Home tab.
    """

    def __init__(
        self,
        *,
        store: Store,
        dispatch: Dispatch,
        policies: Policies,
        default_agent: AgentSpec,
        graph_version: str,
        bot_token: Secret,
        app_token: Secret,
        api_url: str = API_URL,
        examples: tuple[str, ...] = EXAMPLES,
    ) -> None:
        self._store = store
        self._dispatch = dispatch
        self._policies = policies
        self._agent = default_agent
        self._graph_version = graph_version
        self._app_token = app_token
        self._api_url = api_url
        self._examples = examples
        self._client = open_client(api_url, bot_token)
        self._errands = Errands(self._client)
        self._sender = Sender(store=store, dispatch=dispatch, policies=policies, client=self._client)
        self._socket: Socket | None = None
        self._sending: set[asyncio.Task[object]] = set()

    async def send(self, payload: Mapping[str, str]) -> None:
        """Show one outbox row: the handler of the segment kind `send`, whose payload names the row as `message`."""
        task = asyncio.current_task()
        assert task is not None
        self._sending.add(task)
        try:
            await self._sender.send(payload)
        finally:
            self._sending.discard(task)

    async def start(self) -> None:
        """Check both tokens, listen, and queue what an earlier process left unsent.

        Raises:
            SlackRefused: a token is wrong, or Slack does not answer.
        """
        if self._socket is not None:
            raise SlackRefused(method="start", reason="this app is listening already")
        self._client.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        try:
            own = await self._check_bot_token()
            address = await self._check_app_token()
            await self._listen(own, address)
            left = await self._sender.catch_up()
        except BaseException:
            await self.stop()
            raise
        log.info("slack.listening", team=own["team_id"], caught_up=left)

    async def stop(self) -> None:
        """Hear nothing more, finish what is on its way, close every connection. Stopping twice is fine."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()
        await self._errands.finish()
        session, self._client.session = self._client.session, None  # later sends open a connection each
        if session is not None:
            if self._sending:
                await asyncio.wait(self._sending, timeout=GRACE_SECONDS)
            await session.close()

    async def _check_bot_token(self) -> Mapping[str, Any]:
        try:
            answer = await self._client.auth_test()
        except SlackTrouble as error:
            raise refused("auth.test", error) from None
        return {name: str(answer.get(name) or "") for name in ("team_id", "user_id", "bot_id")}

    async def _check_app_token(self) -> str:
        """Open the first socket's address here: the SDK would try a wrong token again for ever."""
        try:
            answer = await self._client.apps_connections_open(app_token=self._app_token.reveal())
        except SlackTrouble as error:
            raise refused("apps.connections.open", error) from None
        return str(answer["url"])

    async def _listen(self, own: Mapping[str, Any], address: str) -> None:
        desk = Desk(
            store=self._store,
            dispatch=self._dispatch,
            policies=self._policies,
            agent=self._agent,
            graph_version=self._graph_version,
            examples=self._examples,
            client=self._client,
            errands=self._errands,
            team=own["team_id"],
            bot=own["user_id"],
        )
        web = open_client(self._api_url)
        app = AsyncApp(
            name="placet",
            client=web,
            # The token was checked above; asking Slack again for every payload would only delay the answer.
            authorize=_authorise(own),
            logger=logger(),
            signing_secret=secrets.token_hex(16),  # Socket Mode signs nothing; an empty secret must never verify
            process_before_response=True,  # the listener commits first, and an error means: not acknowledged
        )
        register(app, desk)
        self._socket = Socket(app, self._app_token, here=on_this_machine(self._api_url))
        await self._socket.open(address)


def _authorise(own: Mapping[str, Any]) -> Any:
    async def authorise() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=own["team_id"], bot_user_id=own["user_id"], bot_id=own["bot_id"], bot_token=""
        )

    return authorise
