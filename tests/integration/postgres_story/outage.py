"""The company with its durable worker in this process, and a PostgreSQL that dies at a chosen moment of its work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from tests.integration.postgres_story.server import OwnServer
from tests.support.company import AGENT, RAISE_HOOLI, click_on, reference, settle_in

from placet.approvals import decide
from placet.dispatch.dbos_adapter import DbosDispatch
from placet.engine.intake import Request, receive
from placet.executor import System
from placet.models import ScriptedModel
from placet.project.wiring import Application, open_application
from placet.storage import Store
from placet.storage.rows import list_proposals
from placet.vocabulary import DecisionKind, Grant, Operation, Outcome, Proposal

Moment = Literal["while it thinks", "as a checkpoint is written", "before it is sent", "after it was sent"]
SOON_S = 0.02
"""Between two tries: three of them are over long before a killed server is back."""


@dataclass(slots=True)
class Fuse:
    """Kills the server the first time that `moment` is reached, and says so."""

    server: OwnServer
    moment: Moment
    burnt: asyncio.Event = field(default_factory=asyncio.Event)

    async def reach(self, moment: Moment) -> None:
        if moment == self.moment and not self.burnt.is_set():
            await asyncio.to_thread(self.server.kill)
            self.burnt.set()


class FusedModel(ScriptedModel):
    """A scripted model during whose answer the server may die."""

    fuse: Any = None

    async def _agenerate(self, *given: Any, **options: Any) -> Any:
        await self.fuse.reach("while it thinks")
        return await super()._agenerate(*given, **options)


class FusedWriter:
    """The CRM's own writer, around which the server may die."""

    def __init__(self, writer: Any, fuse: Fuse) -> None:
        self._writer, self._fuse = writer, fuse
        self.system: str = writer.system
        self.lookup_settles: timedelta = writer.lookup_settles

    async def apply(self, grant: Grant, operation: Operation, *, key: str, base_version: str) -> Outcome:
        await self._fuse.reach("before it is sent")
        outcome: Outcome = await self._writer.apply(grant, operation, key=key, base_version=base_version)
        await self._fuse.reach("after it was sent")
        return outcome

    async def lookup(self, operation: Operation, *, key: str) -> Outcome:
        outcome: Outcome = await self._writer.lookup(operation, key=key)
        return outcome


def fuse_checkpoints(saver: Any, fuse: Fuse) -> None:
    """Let the server die as a checkpoint is about to be written."""
    put = saver.aput

    async def fused_put(*given: Any, **options: Any) -> Any:
        await fuse.reach("as a checkpoint is written")
        return await put(*given, **options)

    saver.aput = fused_put


@dataclass(slots=True, kw_only=True)
class Fused:
    """The running company, and what people do in it."""

    app: Application
    fuse: Fuse

    @property
    def store(self) -> Store:
        return self.app.store

    async def ask(self) -> str:
        """Riley asks; returns the run."""
        request = Request(
            event="event-1", source="test", person=self.app.policies.people["riley"], agent=AGENT,
            graph=self.app.project.agents[AGENT].graph, graph_version="1", text="set hooli to 120000",
        )  # fmt: skip
        run = await self.store.write(lambda tx: receive(tx, self.app.dispatch, request))
        assert run is not None
        return run

    async def approve(self, proposal: Proposal) -> None:
        """Dana approves."""
        click = click_on(proposal, self.app.policies.people["dana"], DecisionKind.APPROVE)
        told = await self.store.write(lambda tx: decide(tx, self.app.dispatch, self.app.policies, click))
        assert told.refused is None

    async def proposal(self) -> Proposal:
        """The one proposal there is."""
        (found,) = await self.store.read(list_proposals)
        return found


@asynccontextmanager
async def fused(folder: Path, server: OwnServer, moment: Moment) -> AsyncIterator[Fused]:
    """Open the company on a new database of `server`, with checkpoints in another, and start its worker."""
    settle_in(folder)
    fuse, known = Fuse(server, moment), reference()
    settings = known.settings.model_copy(
        update={"checkpoints": known.settings.checkpoints.model_copy(update={"url": server.new_database()})}
    )
    project = replace(known, folder=folder, settings=settings)
    store = Store.open(server.new_database())
    dispatch = DbosDispatch(store, worker_id="story", retry_seconds=SOON_S)
    model = FusedModel(rules=(RAISE_HOOLI,))
    model.fuse = fuse
    try:
        async with open_application(project, model=model, dispatch=dispatch, store=store) as app:
            pairs: dict[str, System] = app.executor._systems  # type: ignore[assignment]  # the wiring made it a dict
            pairs["crm"] = System(reader=pairs["crm"].reader, writer=FusedWriter(pairs["crm"].writer, fuse))
            fuse_checkpoints(app.runner._graphs["assistant"].checkpointer, fuse)
            await dispatch.start_worker()
            try:
                yield Fused(app=app, fuse=fuse)
            finally:
                await dispatch.stop_worker()
    finally:
        store.close()
