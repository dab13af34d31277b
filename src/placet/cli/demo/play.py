"""The means of the story: people in the local Slack, the server, and a look into the databases."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from placet.cli.demo.server import Server
from placet.cli.demo.stage import Stage
from placet.connectors.embedded import EmbeddedReader
from placet.dispatch.dbos_rows import counts
from placet.errors import DemoFailed
from placet.localslack import Actor, Message, Player, Sent
from placet.storage import Store, Transaction
from placet.storage.outbox_rows import outbox_row, unsent
from placet.storage.rows import list_proposals
from placet.storage.run_rows import find_run
from placet.vocabulary import Condition, Proposal, Record

WAIT_S = 30.0
"""How long the story waits for one thing that people would see."""
FIRST_WAIT_S = 60.0
"""The same for the first request: a local model loads its weights then."""
LOOK_AGAIN_S = "0.5"
CAST = {"riley": "U0RILEY", "dana": "U0DANA", "omar": "U0OMAR"}
T = TypeVar("T")
APPROVE, REJECT = "decide:approve", "decide:reject"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold."""

    name: str
    ok: bool


@dataclass(slots=True, kw_only=True)
class Play:
    """One performance. `say` tells the audience; `checks` collects what held and what did not.

    `recovered`: a run that waited when the server was killed was carried on by the next one.
    """

    stage: Stage
    server: Server
    player: Player
    store: Store
    say: Callable[[str], None]
    checks: list[Check] = field(default_factory=list)
    recovered: bool = False

    def check(self, name: str, ok: bool) -> None:  # noqa: FBT001 - the second half of a sentence
        """Note whether something held."""
        self.checks.append(Check(name, ok))
        self.say(f"  {'ok  ' if ok else 'FAIL'} {name}")

    def actor(self, person: str) -> Actor:
        """A person of the cast, by policy id; anyone else by Slack id."""
        return self.player.user(CAST.get(person, person))

    async def card(self, person: str, *parts: str, within_s: float = WAIT_S) -> Message:
        """The card in a person's direct message that can be approved and shows all `parts`."""
        wanted = self.actor(person).wait_message(
            lambda one: all(part in text_of(one) for part in (APPROVE, *parts)), timeout_s=within_s
        )
        return await self.server.watching(f"a card to {person}", wanted, within_s)

    async def reply(self, person: str, sent: Sent) -> Message:
        """What the app says first in the thread of what a person wrote."""
        wanted = self.actor(person).wait_message(lambda one: one.thread_ts == sent.ts, timeout_s=WAIT_S)
        return await self.server.watching(f"a reply to {person}", wanted, WAIT_S)

    async def answer(self, person: str, run: str) -> str:
        """The text of a run's answer, once it stands in the thread of the person who asked."""

        async def shown() -> str:
            row = await self.store.read(lambda tx: outbox_row(tx, f"answer:{run}"))
            if row is None or row["shown"] < row["wanted"]:
                return ""
            seen = await self.actor(person).messages(row["channel"])
            return next((one.text for one in seen if one.ts == row["message"]), "")

        return await self._look_until(shown, f"the answer to {person}")

    async def _look_until(self, look: Callable[[], Awaitable[T]], what: str) -> T:
        """Look at once, after every change in Slack, and twice a second: not every step of a run shows there."""

        async def wait() -> T:
            count = "-1"
            while not (found := await look()):
                seen = await self.player.get("changes", after=count, timeout_s=LOOK_AGAIN_S)
                count = str(seen["count"])
            return found

        return await self.server.watching(what, wait(), WAIT_S)

    async def click(self, person: str, card: Message, action: str) -> None:
        """Press a button of a card.

        Raises:
            DemoFailed: Slack would show an error.
        """
        result = await self.server.watching(f"the click of {person}", self.actor(person).clicks(card, action), WAIT_S)
        if not result.acked:
            raise self.server.failed(f"the click of {person} was not acknowledged: {result.error}")

    async def settled(self, run: str) -> bool:
        """Whether the run comes to wait, with nothing on its way to Slack and no segment in the works."""

        def at_rest(tx: Transaction) -> bool:
            row = find_run(tx, run)
            return row is not None and row["state"] == "waiting" and not unsent(tx) and not counts(tx).get("running")

        async def look() -> bool:
            return await self.store.read(at_rest)

        return await self._look_until(look, "the run to wait")

    async def newest(self) -> Proposal:
        """The proposal that was made last.

        Raises:
            DemoFailed: there is none.
        """
        found = await self.store.read(lambda tx: list_proposals(tx, limit=1))
        if not found:
            raise DemoFailed(reason="nothing was proposed", log=str(self.stage.log))
        return found[0]

    async def deal(self) -> Record:
        """The deal that the story is about, as the CRM holds it now."""
        return (await _read(self.stage.systems["crm"].reader(), "crm.opportunity", "Hooli expansion"))[0]

    async def stock(self) -> list[str]:
        """How many Falcon sensors lie where, as the ERP holds it now."""
        reader = self.stage.systems["erp"].reader()
        try:
            product = (await reader.named("erp.product", "Falcon sensor"))[0]
            page = await reader.search("erp.stock", [Condition("product", "is", product.id)])
        finally:
            reader.close()
        return [str(one.values["on_hand"]) for one in page.records]


async def _read(reader: EmbeddedReader, object: str, said: str) -> list[Record]:
    try:
        return list(await reader.named(object, said))
    finally:
        reader.close()


def text_of(message: Message) -> str:
    """Everything a person can read on a message, and its action ids, in one text."""
    return f"{message.text}\n{json.dumps(message.blocks, ensure_ascii=False)}"
