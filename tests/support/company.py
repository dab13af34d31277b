"""The reference project with its seeded company, in one process, on a clock moved by hand and a model from a script."""

import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel

from placet.approvals import Click, Verdicted, decide
from placet.connectors.embedded import EmbeddedOptions, EmbeddedSystem, Faults, seed_company
from placet.connectors.embedded.system import EgressRow
from placet.dispatch.inline import InlineDispatch
from placet.dispatch.virtual_clock import START, VirtualClock
from placet.engine.intake import Request, receive
from placet.executor import Executor, System
from placet.ledger import Entry, entries
from placet.models import Script, ScriptedAnswer, ScriptedCall, ScriptedModel
from placet.operations import release, stop
from placet.project.loader import Project, load_project
from placet.project.wiring import Application, open_application
from placet.rules import Policies
from placet.storage import Store, Transaction
from placet.storage.rows import find_proposal, list_proposals
from placet.storage.run_rows import find_run
from placet.vocabulary import AgentSpec, DecisionKind, Json, Outcome, Person, Proposal, Record, RunState

ROOT = Path(__file__).parents[2]
AGENT = "sales-assistant"
_events = count(1)


@cache
def reference() -> Project:
    """The rooms of this repository, loaded once."""
    return load_project(ROOT)


@cache
def _template() -> Path:
    """A `.placet` folder with the seeded company and an empty database, made once a process."""
    folder = Path(tempfile.mkdtemp(prefix="placet-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    seed_company(folder, now=START)
    Store.open(f"sqlite:///{folder / 'placet.sqlite'}").close()
    return folder


def settle_in(folder: Path) -> Path:
    """Copy the seeded company into `folder/.placet` unless it is there; returns that folder."""
    home = folder / ".placet"
    if not home.exists():
        shutil.copytree(_template(), home)
    return home


def call(tool: str, **arguments: Any) -> ScriptedCall:
    """One tool call of a scripted answer."""
    return ScriptedCall(tool, arguments)


def says(when: str, *calls: ScriptedCall, then: str = "{results}", confidence: str | None = "0.9") -> Script:
    """A script: asked `when`, the model makes these calls at once and afterwards answers with `then`."""
    return Script(when, (ScriptedAnswer(calls=calls, confidence=confidence), ScriptedAnswer(text=then)))


RAISE_HOOLI = says("hooli", call("set_deal_amount", deal="Hooli expansion", amount=120_000))
LOG_NOTE = says("note", call("log_note", account="Hooli", text="Called, all well"))


@dataclass(slots=True, kw_only=True)
class Company:
    """One running company. People are given by their id in `policies/people.yaml`."""

    app: Application
    dispatch: InlineDispatch
    clock: VirtualClock
    model: BaseChatModel
    faults: Mapping[str, Faults]
    runs: list[str] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return self.app.store

    @property
    def policies(self) -> Policies:
        return self.app.policies

    def person(self, name: str) -> Person:
        return self.policies.people[name]

    async def ask(self, person: str, text: str, *, event: str = "", agent: str = AGENT, settle: bool = True) -> str:
        """Send a request, a second after whatever was before, and let everything run; returns the run's id."""
        self.clock.advance(timedelta(seconds=1))
        request = Request(
            event=event or f"event-{next(_events)}",
            source="test",
            person=self.person(person),
            agent=agent,
            graph=self.app.project.agents[agent].graph,
            graph_version="1",
            text=text,
        )
        run = await self.store.write(lambda tx: receive(tx, self.dispatch, request))
        assert run is not None
        self.runs.append(run)
        if settle:
            await self.dispatch.run_until_idle()
        return run

    async def proposals(self) -> list[Proposal]:
        """All proposals, oldest first."""
        found = await self.store.read(list_proposals)
        return sorted(found, key=lambda one: (one.created_at, one.position))

    async def only(self) -> Proposal:
        """The one proposal there is."""
        (proposal,) = await self.proposals()
        return proposal

    async def again(self, proposal: Proposal) -> Proposal:
        """A proposal as it stands now."""
        found = await self.store.read(lambda tx: find_proposal(tx, proposal.id))
        assert found is not None
        return found

    async def decide(self, by: str, on: Proposal, kind: DecisionKind, **differing: Any) -> Verdicted:
        """One click, without running what follows."""
        click = click_on(on, self.policies.people.get(by), kind, **differing)
        return await self.store.write(lambda tx: decide(tx, self.dispatch, self.policies, click))

    async def approve(self, person: str, proposal: Proposal | None = None) -> Verdicted:
        """Approve (the only proposal, unless one is given) and let everything run."""
        told = await self.decide(person, proposal or await self.only(), DecisionKind.APPROVE)
        await self.dispatch.run_until_idle()
        return told

    async def reject(self, person: str, proposal: Proposal | None = None, *, reason: str = "not now") -> Verdicted:
        """Reject with a reason and let everything run."""
        told = await self.decide(person, proposal or await self.only(), DecisionKind.REJECT, reason=reason)
        await self.dispatch.run_until_idle()
        return told

    async def run(self, run: str = "") -> Mapping[str, Any]:
        """The row of a run, the latest unless one is given."""
        row = await self.store.read(lambda tx: find_run(tx, run or self.runs[-1]))
        assert row is not None
        return row

    async def answer(self, run: str = "") -> str:
        """What a finished run answered."""
        row = await self.run(run)
        assert row["state"] in {RunState.DONE, RunState.FAILED}, row["state"]
        return str(row["answer"])

    async def crm(self, record: str, object: str = "crm.opportunity") -> Record:
        """One record of the CRM as it stands."""
        return await self.app.executor._systems[object.partition(".")[0]].reader.read(object, record)

    def egress(self, system: str = "crm") -> list[EgressRow]:
        """What reached a system."""
        return self.app.systems[system].egress()

    async def advance(self, delta: timedelta) -> None:
        """Let time pass, with everything that falls due meanwhile."""
        await self.dispatch.advance(delta)

    async def ledger(self, **which: Any) -> list[Entry]:
        """Entries of the ledger."""
        return await self.store.read(lambda tx: entries(tx, **which))

    async def kinds(self, **which: str) -> list[str]:
        """Kinds of the entries of the ledger."""
        return [entry.kind for entry in await self.ledger(**which)]

    def executor(self, worker: str, **known: Any) -> Executor:
        """Another executor on the same database and systems; `known` replaces what it knows of the project."""
        own = self.app.executor
        return Executor(
            store=self.store,
            dispatch=self.dispatch,
            known=replace(own._known, **known),
            systems=own._systems,
            seal=own._seal,
            worker=worker,
        )

    async def stop(self, name: str, *, by: str = "priya", reason: str = "drill") -> None:
        """Stop writes."""
        await self.store.write(lambda tx: stop(tx, name, by=by, reason=reason))

    async def release(self, name: str, *, by: str = "priya", reason: str = "over") -> int:
        """Let writes go on; gives how many were queued again."""
        person = self.person(by)
        return await self.store.write(lambda tx: release(tx, self.dispatch, name, by=person, reason=reason))

    async def elsewhere(self, record: str, **fields: Json) -> None:
        """Somebody changes a deal in the CRM itself."""
        someone_changes(self.app.systems["crm"], record, **fields)


def click_on(on: Proposal, by: Person | None, kind: DecisionKind, **differing: Any) -> Click:
    """A click on a proposal's card; `differing` replaces what the card said."""
    facts = {"proposal": on.id, "revision": on.revision, "digest": on.digest[:16], "kind": kind, "person": by}
    return Click(**{**facts, "via": "test", **differing})


def someone_changes(system: EmbeddedSystem, record: str, **fields: Json) -> None:
    """Change a deal beside placet, and keep it out of the witness: people may change their own system."""
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{system.path}")
    with engine.begin() as connection:
        for name, value in fields.items():
            statement = f"UPDATE opportunity SET {name} = :value, version = version + 1 WHERE id = :id"
            connection.execute(text(statement), {"value": value, "id": record})
        connection.execute(text("DELETE FROM mutations WHERE request IS NULL"))
    engine.dispose()


def with_agent(project: Project, **changes: Any) -> Project:
    """The project with its agent changed."""
    agent: AgentSpec = replace(project.agents[AGENT], **changes)
    return replace(project, agents={AGENT: agent})


def with_person(project: Project, person: str, **changes: Any) -> Project:
    """The project with a person changed, under the same policy hash."""
    return replace(project, policies=people_changed(project.policies, person, **changes))


def people_changed(policies: Policies, person: str, **changes: Any) -> Policies:
    """A policy in which one person is different, under the same hash."""
    people = {**policies.people, person: replace(policies.people[person], **changes)}
    return Policies(people=people, roles=policies.roles, rules=policies.rules, hash=policies.hash)


def two_directors(quorum: int) -> Project:
    """The project with Omar as a second sales director, where every rule asks for `quorum` people."""
    project = with_person(reference(), "omar", roles=("sales-director",))
    rules = tuple(replace(rule, quorum=quorum) for rule in project.policies.rules)
    return replace(project, policies=replace(project.policies, rules=rules))


@asynccontextmanager
async def company(
    folder: Path,
    *scripts: Script,
    project: Project | None = None,
    model: BaseChatModel | None = None,
    now: datetime = START,
    options: EmbeddedOptions | None = None,
    database: str = "",
) -> AsyncIterator[Company]:
    """Open the company in `folder`; the same folder again is the same company after a restart.

    `options` replaces how good the CRM is; `database` is a URL in place of the SQLite file.
    """
    settle_in(folder)
    clock = VirtualClock(now)
    model = model or ScriptedModel(rules=scripts or (RAISE_HOOLI, LOG_NOTE))
    used = replace(project or reference(), folder=folder)
    store = Store.open(database or used.database_url, clock=clock)
    dispatch = InlineDispatch(store, clock)
    try:
        async with open_application(used, model=model, dispatch=dispatch, store=store, clock=clock) as app:
            faults = _inject(app, options)
            yield Company(app=app, dispatch=dispatch, clock=clock, model=model, faults=faults)
    finally:
        store.close()


def _inject(app: Application, options: EmbeddedOptions | None) -> dict[str, Faults]:
    """Give each writer faults that a test can switch on, and the CRM other guarantees."""
    faults: dict[str, Faults] = {}
    pairs: dict[str, System] = app.executor._systems  # type: ignore[assignment]  # the wiring made it a dict
    for name, system in app.systems.items():
        faults[name] = Faults()
        reader = pairs[name].reader
        if options is not None:
            system._options = options
            reader = system.reader()
            app.toolbox._readers = {**app.toolbox._readers, name: reader}
        writer = system.writer(app.executor._seal.verify, faults=faults[name])
        pairs[name] = System(reader=reader, writer=writer)
    return faults


class SpyWriter:
    """A writer that answers as told and counts what it is asked to send. It never changes anything."""

    lookup_settles = timedelta(0)

    def __init__(self, answer: Outcome, *, found: Outcome | None = None) -> None:
        self.system = "crm"
        self.answer = answer
        self.found = found or answer
        self.sent: list[str] = []

    async def apply(self, grant: Any, operation: Any, *, key: str, base_version: str) -> Outcome:  # noqa: ARG002 - so too
        self.sent.append(key)
        return self.answer

    async def lookup(self, operation: Any, *, key: str) -> Outcome:  # noqa: ARG002 - the signature of `Writer`
        return self.found


def replace_writer(one: Company, writer: Any) -> None:
    """Let the executor send to `writer` instead of the CRM."""
    pairs: dict[str, System] = one.app.executor._systems  # type: ignore[assignment]  # the wiring made it a dict
    pairs["crm"] = System(reader=pairs["crm"].reader, writer=writer)


def execute_sql(tx: Transaction, statement: str, **values: object) -> None:
    """Reach into the database as somebody who may write its rows but is not placet."""
    from sqlalchemy import text

    tx.connection.execute(text(statement), values)
