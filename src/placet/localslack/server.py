"""The local Slack as one object: start it, point an app at it, stop it."""

import errno
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib import resources
from types import TracebackType
from typing import Self

from aiohttp import web

from placet.errors import PortTaken
from placet.localslack.changes import Changes, Journal
from placet.localslack.clock import Clock
from placet.localslack.control import Control
from placet.localslack.messages import Messages
from placet.localslack.posting import respond
from placet.localslack.sessions import Sessions
from placet.localslack.sockets import SocketHub
from placet.localslack.triggers import Triggers
from placet.localslack.views import Views
from placet.localslack.webapi import BODY_BYTES, WebApi
from placet.localslack.wire import Refused, as_object
from placet.localslack.workspace import APP_ID, Identity, LocalChannel, LocalUser, Workspace
from placet.localslack.world import World

HOST = "127.0.0.1"
"""The only address it ever binds. There is no option: it has no login."""
PAGE_FILES = {
    "index.html": "text/html",
    "app.js": "text/javascript",
    "dom.js": "text/javascript",
    "mrkdwn.js": "text/javascript",
    "blocks.js": "text/javascript",
    "inputs.js": "text/javascript",
    "layers.js": "text/javascript",
    "panes.js": "text/javascript",
    "traffic.js": "text/javascript",
    "style.css": "text/css",
}
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class LocalSlack:
    """A Slack workspace with one app installed, on this machine only.

    An async context manager; `start` and `stop` do the same by hand. `port` 0 takes any free one. Tokens are
    made up when not given. `clock` decides about deadlines (3 s for triggers and acks, 30 min for response
    URLs); `usergroups` maps group ids to user ids.

    Raises:
        PortTaken: on start, when another program listens on the port.
        LocalSlackError: two users or channels share an id or a name.
    """

    def __init__(
        self,
        users: Sequence[LocalUser],
        channels: Sequence[LocalChannel] = (),
        *,
        port: int = 0,
        team_id: str = "T0PLACET",
        app_name: str = "placet",
        bot_token: str | None = None,
        app_token: str | None = None,
        usergroups: Mapping[str, Sequence[str]] | None = None,
        clock: Clock | None = None,
    ) -> None:
        identity = Identity(
            team_id,
            app_name,
            bot_token or f"xoxb-local-{secrets.token_hex(16)}",
            app_token or f"xapp-local-{secrets.token_hex(16)}",
        )
        self._identity = identity
        self._port = port
        self._runner: web.AppRunner | None = None
        self._world = _build_world(Workspace(identity, users, channels), clock or Clock())
        self._world.workspace.set_usergroups(usergroups or {})

    @property
    def url(self) -> str:
        """The page: `http://127.0.0.1:PORT/`. Empty before the start."""
        return f"{self._world.origin}/" if self._world.origin else ""

    @property
    def api_url(self) -> str:
        """The Web API's base, for `AsyncWebClient(base_url=…)`. Empty before the start."""
        return f"{self._world.origin}/api/" if self._world.origin else ""

    @property
    def bot_token(self) -> str:
        """The token of the app's bot user."""
        return self._identity.bot_token

    @property
    def app_token(self) -> str:
        """The app-level token for Socket Mode."""
        return self._identity.app_token

    @property
    def signing_secret(self) -> str:
        """What signed HTTP requests would be signed with."""
        return self._identity.signing_secret

    @property
    def team_id(self) -> str:
        """The workspace."""
        return self._identity.team_id

    @property
    def bot_user_id(self) -> str:
        """The app's own user."""
        return self._world.workspace.bot.id

    @property
    def clock(self) -> Clock:
        """The clock of every deadline; a test may `advance` it."""
        return self._world.clock

    async def start(self) -> Self:
        """Listen on 127.0.0.1.

        Raises:
            PortTaken: another program listens on the port.
        """
        app = web.Application(client_max_size=BODY_BYTES, middlewares=[self._guard])
        app.add_routes(self._routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, HOST, self._port)
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(host=HOST, port=self._port) from error
            raise
        self._runner = runner
        self._world.origin = f"http://{HOST}:{runner.addresses[0][1]}"
        return self

    async def stop(self) -> None:
        """Close every socket and stop listening. Stopping twice is fine."""
        await self._world.hub.stop()
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _routes(self) -> list[web.RouteDef]:
        api = WebApi(self._world)
        return [
            web.post("/api/{method}", api.handle),
            web.get("/api/{method}", api.handle),
            web.get("/socket", self._world.hub.serve),
            web.post("/response/{token}", self._respond),
            web.get("/archives/{channel}/{message}", self._permalink),
            *Control(self._world).routes(),
            web.get("/", self._page),
            web.get("/page/{file}", self._page),
        ]

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Refuse other host names and other origins: a web page elsewhere must not act as these people."""
        port = self._world.origin.rpartition(":")[2]
        hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        origin = request.headers.get("Origin", "")
        if request.host not in hosts or (origin and origin.removeprefix("http://") not in hosts):
            raise web.HTTPForbidden(text="only pages of this local Slack may talk to it")
        return await handler(request)

    async def _respond(self, request: web.Request) -> web.Response:
        try:
            url = self._world.triggers.use_url(request.match_info["token"])
            content = as_object(await request.json())
            if "thread_ts" not in content and url.thread_ts:
                content["thread_ts"] = url.thread_ts
            respond(self._world, url.channel, url.user_id, url.message_ts, content)
        except Refused as refusal:
            if refusal.is_breach:
                self._world.journal.fail(f"response_url: {refusal.error}")
            status = 404 if refusal.error.endswith("_url") else 200
            return web.json_response({"ok": False, "error": refusal.error}, status=status)
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        return web.json_response({"ok": True})

    async def _permalink(self, request: web.Request) -> web.Response:
        channel, digits = request.match_info["channel"], request.match_info["message"].removeprefix("p")
        thread = request.query.get("thread_ts", f"{digits[:-6]}.{digits[-6:]}")
        raise web.HTTPFound(f"/?channel={channel}&thread={thread}")

    async def _page(self, request: web.Request) -> web.Response:
        name = request.match_info.get("file", "index.html")
        if name not in PAGE_FILES:
            raise web.HTTPNotFound
        body = resources.files("placet.localslack").joinpath("page", name).read_bytes()
        return web.Response(body=body, content_type=PAGE_FILES[name], charset="utf-8", headers=SECURITY_HEADERS)


def _build_world(workspace: Workspace, clock: Clock) -> World:
    changes = Changes()
    return World(
        workspace=workspace,
        messages=Messages(workspace, time.time),
        views=Views(workspace.identity.team_id),
        sessions=Sessions(),
        triggers=Triggers(clock),
        hub=SocketHub(clock, changes, APP_ID),
        changes=changes,
        journal=Journal(changes),
        clock=clock,
    )
