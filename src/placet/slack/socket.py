"""Socket Mode: opens one socket for a Bolt app, and closes it without leaving work half done."""

import asyncio

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from placet.slack.errands import GRACE_SECONDS
from placet.slack.web import logger
from placet.vocabulary import Secret


class Socket:
    """One open socket. What came in while it closes is finished first, so that it is acknowledged or sent again."""

    def __init__(self, app: AsyncApp, app_token: Secret, *, here: bool) -> None:
        self._handler = AsyncSocketModeHandler(app, app_token.reveal(), logger=logger())
        self._client = self._handler.client
        self._client.socket_mode_request_listeners[:] = [self._receive]
        if here:
            self._client.proxy = None  # the SDK follows proxy variables even to this machine
        self._inside: set[asyncio.Task[object]] = set()

    async def open(self, address: str) -> None:
        """Connect to an address that `apps.connections.open` gave. Later ones the SDK fetches itself."""
        self._client.wss_uri = address
        await self._client.connect()  # type: ignore[no-untyped-call]  # the SDK leaves it unannotated

    async def close(self) -> None:
        """Finish what came in, close, and wait for the SDK's own tasks, which it cancels but does not await."""
        if self._inside:
            await asyncio.wait(self._inside, timeout=GRACE_SECONDS)
        client = self._client
        own = (client.message_processor, client.current_session_monitor, client.message_receiver)
        await client.close()  # type: ignore[no-untyped-call]  # the SDK leaves it unannotated
        await asyncio.gather(*(task for task in own if task), return_exceptions=True)

    async def _receive(self, _: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._inside.add(task)
        try:
            await self._handler.handle(self._client, request)
        finally:
            self._inside.discard(task)
