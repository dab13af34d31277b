"""The company with a local Slack in front: real Bolt, real sockets, the real graph, and segments run as they come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.company import AGENT, Company, company

from placet.localslack import Actor, LocalChannel, LocalSlack, LocalUser, Message, Player
from placet.models import Script
from placet.project.loader import Project
from placet.slack import SlackEdge
from placet.vocabulary import Proposal, Secret

PEOPLE = (
    LocalUser("U0RILEY", "riley", "Riley Park", "riley@merle-instruments.example"),
    LocalUser("U0DANA", "dana", "Dana Okafor", "dana@merle-instruments.example"),
    LocalUser("U0OMAR", "omar", "Omar Reyes", "omar@merle-instruments.example"),
    LocalUser("U0STRAY", "stray", "Sam Stray", "sam@merle-instruments.example"),
)
CHANNELS = (LocalChannel("C0DEALS", "deals"), LocalChannel("C0SHARED", "with-acme", is_ext_shared=True))
ASK = "set hooli to 120000"


@dataclass(slots=True, kw_only=True)
class Office:
    """The company, its Slack and its app. People are `riley` (rep), `dana` (director), `omar` and `stray` (unknown)."""

    co: Company
    slack: LocalSlack
    player: Player
    edge: SlackEdge

    def who(self, name: str) -> Actor:
        return self.player.user(name)

    async def card(self, *, person: str = "dana", starts: str = "Approval needed") -> Message:
        """The newest message in a person's direct message whose text starts like that."""
        return await self.who(person).wait_message(lambda one: one.text.startswith(starts))

    async def asked(self, text: str = ASK) -> Message:
        """Riley asks, and Dana's card is there."""
        await self.who("riley").says(text)
        return await self.card()

    async def told(self, name: str) -> str:
        """The text of the newest ephemeral message somebody sees."""
        return (await self.who(name).wait_message(lambda one: one.ephemeral)).text

    async def proposal(self) -> Proposal:
        return await self.co.only()

    async def facts(self, kind: str) -> list[Any]:
        """The facts of every ledger entry of a kind."""
        return [entry.facts for entry in await self.co.ledger() if entry.kind == kind]


def edge_of(co: Company, slack: LocalSlack, **differing: Any) -> SlackEdge:
    facts = {
        "store": co.store,
        "dispatch": co.dispatch,
        "policies": co.policies,
        "default_agent": co.app.project.agents[AGENT],
        "graph_version": "1",
        "bot_token": Secret(slack.bot_token),
        "app_token": Secret(slack.app_token),
        "api_url": slack.api_url,
    }
    return SlackEdge(**{**facts, **differing})


@asynccontextmanager
async def office_in(
    folder: Path, slack: LocalSlack, player: Player, *scripts: Script, project: Project | None = None
) -> AsyncIterator[Office]:
    """Open everything; at the end nothing that Slack itself would have refused may have been sent."""
    async with company(folder, *scripts, project=project) as co:
        edge = edge_of(co, slack)
        co.dispatch.register("send", edge.send)
        await co.dispatch.start_worker()
        await edge.start()
        await player.wait_connected()
        try:
            yield Office(co=co, slack=slack, player=player, edge=edge)
        finally:
            await edge.stop()
            await _quiet(co)
            await co.dispatch.stop_worker()
        assert await player.failures() == []


async def _quiet(co: Company) -> None:
    """Wait until no segment runs and the worker waits again: `wait_for` of Python 3.11 can lose a cancellation."""
    still = 0
    while still < 20:
        busy = (await co.dispatch.stats()).get("running", 0)
        still = 0 if busy else still + 1
        await asyncio.sleep(0)
