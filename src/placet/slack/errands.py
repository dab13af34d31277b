"""Courtesies after the acknowledgement: nothing is decided here, and losing one loses a sentence, no work."""

import asyncio
from collections.abc import Coroutine

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from placet.slack.blocks import section
from placet.slack.literal import escape
from placet.slack.payloads import Place
from placet.slack.web import SlackTrouble, word_of

log = structlog.get_logger()

GRACE_SECONDS = 5


class Errands:
    """Runs small Slack calls in the background and owns them until they end."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, place: Place, text: str) -> None:
        """Say one plain sentence to somebody: in the thread of a direct message, or so that only they see it."""
        self.run(self._tell(place, text))

    def run(self, work: Coroutine[object, object, None]) -> None:
        """Do `work` in the background; what Slack refuses is logged by its word."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait a moment for what runs, then drop it."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=GRACE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _guarded(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except SlackTrouble as error:
            log.warning("slack.courtesy_failed", error=word_of(error))

    async def _tell(self, place: Place, text: str) -> None:
        thread = place.thread or None
        blocks, said = [section(escape(text))], escape(text)
        if place.private:
            await self._client.chat_postEphemeral(
                channel=place.channel, user=place.user, thread_ts=thread, text=said, blocks=blocks
            )
        else:
            await self._client.chat_postMessage(
                channel=place.channel,
                thread_ts=thread,
                text=said,
                blocks=blocks,
                unfurl_links=False,
                unfurl_media=False,
            )
