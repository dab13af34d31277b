"""`placet serve`, as many processes as wanted, on one PostgreSQL in front of one local Slack."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import pytest

from placet.cli.demo.play import Play
from placet.cli.demo.server import Server
from placet.cli.demo.stage import CHECKPOINTS, DATABASE, Stage, local_slack, set_up
from placet.connectors.embedded import EgressRow, EmbeddedSystem
from placet.ledger import Entry, entries
from placet.localslack import Message, Player
from placet.project.loader import load_project
from placet.storage import Store, Transaction
from placet.storage.outbox_rows import unsent
from placet.storage.rows import find_proposal, list_proposals
from placet.storage.run_rows import find_run
from placet.vocabulary import Proposal

T = TypeVar("T")
READY = "decide:approve"


@dataclass(slots=True, kw_only=True)
class House:
    """The servers, the people in front of them, and a look into the database from outside."""

    stage: Stage
    player: Player
    store: Store
    systems: dict[str, EmbeddedSystem]
    servers: list[Server] = field(default_factory=list)

    async def serve(self) -> Server:
        """Start one more `placet serve`; returns once it is ready."""
        server = Server(self.stage)
        await server.start()
        self.servers.append(server)
        return server

    @property
    def play(self) -> Play:
        """What people do, with an eye on the first server."""
        return Play(stage=self.stage, server=self.servers[0], player=self.player, store=self.store, say=lambda _: None)

    async def until(self, look: Callable[[], Awaitable[T]], what: str) -> T:
        """Look until there is something."""
        return await self.play._look_until(look, what)

    async def proposals(self, number: int) -> list[Proposal]:
        """All proposals, once there are so many."""

        async def look() -> list[Proposal]:
            found = await self.store.read(list_proposals)
            return found if len(found) >= number else []

        return await self.until(look, f"{number} proposals")

    async def card(self, person: str, proposal: Proposal) -> Message:
        """A proposal's card that can be decided, in a person's direct message."""
        return await self.play.card(person, proposal.id)

    async def answered(self, runs: Sequence[str]) -> None:
        """Return once these runs are done and nothing is on its way to Slack."""

        def ended(tx: Transaction) -> bool:
            rows = [find_run(tx, run) for run in runs]
            return all(row is not None and row["state"] == "done" for row in rows) and not unsent(tx)

        await self.until(lambda: self.store.read(ended), "the answers")

    async def again(self, proposal: Proposal) -> Proposal:
        """A proposal as it stands now."""
        found = await self.store.read(lambda tx: find_proposal(tx, proposal.id))
        assert found is not None
        return found

    async def ledger(self) -> list[Entry]:
        """The whole ledger."""
        return await self.store.read(entries)

    def egress(self) -> list[EgressRow]:
        """Everything that reached the CRM and the ERP."""
        return [row for system in self.systems.values() for row in system.egress()]


@asynccontextmanager
async def house(project: Path, urls: tuple[str, str], patch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """An empty house on a database and one for checkpoints; its servers are stopped at the end."""
    patch.setenv(DATABASE, urls[0])
    patch.setenv(CHECKPOINTS, urls[1])
    loaded = load_project(project)
    async with local_slack(loaded, 0) as slack, Player(slack.url) as player:
        stage = set_up(loaded, slack, "scripted", seed=7, fresh=True)
        stage = replace(stage, script=orders(stage.folder))
        store = Store.open(urls[0])
        built = House(stage=stage, player=player, store=store, systems=stage.systems)
        try:
            yield built
        finally:
            await asyncio.gather(*(server.stop() for server in built.servers))
            store.close()


def orders(folder: Path) -> Path:
    """A script that knows `Order N Falcon sensors` for ten numbers: each is one purchase order."""
    rules = [
        {
            "when": f"re:order {number} falcon",
            "answers": [
                {
                    "calls": [{"name": "order_stock", "arguments": {"product": "Falcon sensors", "quantity": number}}],
                    "confidence": "0.9",
                },
                {"text": ""},
            ],
        }
        for number in NUMBERS
    ]
    file = folder / "orders.json"
    file.write_text(json.dumps({"rules": rules, "otherwise": "I only order Falcon sensors."}), encoding="utf-8")
    return file


NUMBERS = range(41, 51)
