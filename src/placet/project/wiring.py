"""The composition root: joins the rooms into one running application. Nobody else knows a writer and an engine."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from placet.approvals import expire
from placet.connectors import Reader
from placet.connectors.embedded import EmbeddedOptions, EmbeddedSystem, seed_missing
from placet.dispatch import Dispatch
from placet.dispatch.heartbeats import retire
from placet.dispatch.inline import InlineDispatch
from placet.errors import SettingInvalid
from placet.executor import Executor, GrantSeal, Known, System
from placet.operations.sweep import sweep
from placet.project.ledger_jobs import Periodic, ledger_job
from placet.project.loader import Project
from placet.project.secrets import Secrets
from placet.project.settings import SystemSettings
from placet.project.workers import new_worker_id, retire_dead_neighbours
from placet.rules import Policies
from placet.storage import Store, Transaction
from placet.storage.rows import find_proposal
from placet.toolbox.box import Toolbox
from placet.vocabulary import AgentSpec, Clock, system_clock

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from placet.engine.runner import Runner
    from placet.slack.app import SlackEdge


SWEEP_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What deciding and looking need: no model, no graph, no writer. The CLI works with this."""

    project: Project
    store: Store
    dispatch: Dispatch

    @property
    def policies(self) -> Policies:
        """The project's people, roles and rules."""
        return self.project.policies

    @property
    def default_agent(self) -> AgentSpec:
        """The agent that answers where nobody named one: the first by id."""
        return self.project.agents[min(self.project.agents)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(Desk):
    """Everything in one process: single-process assurance."""

    worker: str
    toolbox: Toolbox
    runner: "Runner"
    executor: Executor
    systems: Mapping[str, EmbeddedSystem]
    slack: "SlackEdge | None" = None
    jobs: tuple[Periodic, ...] = ()

    def start_jobs(self) -> None:
        """Start what is done again and again beside the segments. Closing the application stops it."""
        for job in self.jobs:
            job.start()

    async def stop_jobs(self) -> None:
        """Stop the jobs after their last round; nothing if they do not run."""
        for job in self.jobs:
            await job.stop()


def open_store(project: Project, *, clock: Clock = system_clock, upgrade: bool = False) -> Store:
    """The project's database; the `.placet` folder is made where a SQLite file is to live in it.

    Raises:
        StorageError: it is missing, read-only or of another version.
    """
    url = project.database_url
    if url.startswith("sqlite:///"):
        folder = Path(url.removeprefix("sqlite:///")).parent
        if folder.name == ".placet" and folder.parent.is_dir():
            folder.mkdir(exist_ok=True)
    return Store.open(url, clock=clock, upgrade=upgrade)


def check_writable(store: Store) -> None:
    """Write to the database without changing anything: taking the lock alone succeeds on a read-only SQLite file.

    Raises:
        DatabaseReadOnly: it can only be read.
        DatabaseUnavailable: it does not answer.
    """
    store.write_now(lambda tx: retire(tx, ""))  # no worker has an empty name


def _open_for_writing(project: Project, clock: Clock) -> Store:
    store = open_store(project, clock=clock)
    try:
        check_writable(store)  # here it gets its own name; the dispatch engine would only say that it cannot start
    except BaseException:
        store.close()
        raise
    return store


def open_systems(project: Project, clock: Clock = system_clock) -> dict[str, EmbeddedSystem]:
    """The configured systems, not yet opened."""
    return {name: _system(project, name, one, clock) for name, one in project.settings.systems.items()}


def _system(project: Project, name: str, settings: SystemSettings, clock: Clock) -> EmbeddedSystem:
    usual = EmbeddedOptions()
    options = EmbeddedOptions(
        grade=settings.grade or usual.grade,
        idempotency=settings.idempotency or usual.idempotency,
        undo=settings.undo or usual.undo,
    )
    path = project.path(settings.path or f".placet/{name}.sqlite")
    match name:
        case "crm" | "erp":
            return EmbeddedSystem(name, path, options=options, clock=clock)
        case _:
            raise SettingInvalid(setting=f"systems.{name}", reason="the embedded connector offers `crm` and `erp`")


def open_model(project: Project) -> "BaseChatModel":
    """The project's chat model.

    Raises:
        ModelUnavailable: it is not installed.
        SettingInvalid: its settings do not suffice.
        SecretMissing: it needs a key that is not given.
    """
    from placet.models import build_model

    settings = project.settings.model
    match settings.kind:
        case "openai":
            key = Secrets().model_api_key()
            return build_model(
                "openai",
                base_url=settings.base_url or None,
                model=settings.name,
                api_key=key.reveal,
                timeout_seconds=settings.timeout_seconds,
            )
        case "scripted":
            return build_model("scripted", script=project.path(settings.script))
        case "local":
            return build_model("local", timeout_seconds=settings.timeout_seconds)


@asynccontextmanager
async def open_desk(project: Project, *, clock: Clock = system_clock) -> AsyncIterator[Desk]:
    """Store and a dispatch that only queues, for deciding and looking.

    Raises:
        StorageError: the database cannot be used.
    """
    from placet.dispatch.dbos_adapter import DbosDispatch

    if project.settings.dispatch.engine == "inline":
        reason = "`inline` keeps its queue in one process, so nobody else can queue work; use `dbos`"
        raise SettingInvalid(setting="dispatch.engine", reason=reason)
    store = _open_for_writing(project, clock)
    try:
        yield Desk(project=project, store=store, dispatch=DbosDispatch.client(store))
    finally:
        store.close()


@asynccontextmanager
async def open_application(
    project: Project,
    *,
    model: "BaseChatModel | None" = None,
    dispatch: Dispatch | None = None,
    store: Store | None = None,
    slack: bool = False,
    clock: Clock = system_clock,
) -> AsyncIterator[Application]:
    """Everything, wired and with its handlers registered; the worker and Slack start with `start`.

    `model`, `dispatch` and `store` replace what the settings would give: tests and evals pass their own.

    Raises:
        PlacetError: a part cannot be opened; whatever was opened is closed again.
    """
    async with AsyncExitStack() as stack:
        if store is None:
            store = _open_for_writing(project, clock)
            stack.callback(store.close)
        if model is None:
            model = open_model(project)
            stack.push_async_callback(_close_model, model)
        retire_dead_neighbours(store)
        worker = new_worker_id()
        if dispatch is None:
            dispatch = _open_dispatch(project, store, worker)
        yield await _join(project, stack, store=store, dispatch=dispatch, model=model, worker=worker, slack=slack)


def _open_dispatch(project: Project, store: Store, worker: str) -> Dispatch:
    if project.settings.dispatch.engine == "inline":
        return InlineDispatch(store)
    from placet.dispatch.dbos_adapter import DbosDispatch

    return DbosDispatch(store, worker_id=worker)


async def _close_model(model: "BaseChatModel") -> None:
    from placet.models import close_model

    await close_model(model)


async def _join(
    project: Project,
    stack: AsyncExitStack,
    *,
    store: Store,
    dispatch: Dispatch,
    model: "BaseChatModel",
    worker: str,
    slack: bool,
) -> Application:
    from placet.engine.runner import Runner  # langgraph takes seconds to import: only who runs graphs pays
    from placet.engine.steps import Steps
    from placet.storage.checkpointers import open_checkpointer

    systems = open_systems(project, store.clock)
    seed_missing(systems.values(), now=store.clock())
    readers: dict[str, Reader] = {name: system.reader() for name, system in systems.items()}
    policies = project.policies
    toolbox = Toolbox(tools=project.tools, readers=readers, policies=policies, store=store, dispatch=dispatch)
    seal = GrantSeal(Secrets().grant_key(), store.clock, seconds=project.settings.grant_seconds)
    pairs = {name: System(reader=readers[name], writer=one.writer(seal.verify)) for name, one in systems.items()}
    known = Known(
        policies=policies,
        agents=project.agents,
        tool_hashes={name: tool.schema_hash for name, tool in project.tools.items()},
        versions={name: reader.version for name, reader in readers.items()},
    )
    executor = Executor(store=store, dispatch=dispatch, known=known, systems=pairs, seal=seal, worker=worker)
    saver = await stack.enter_async_context(open_checkpointer(project.checkpoints_url))
    runner = Runner(
        graphs=project.graphs,
        steps=Steps(model=model, toolbox=toolbox, store=store),
        saver=saver,
        store=store,
        dispatch=dispatch,
        agents=project.agents,
        policies=policies,
        worker=worker,
    )
    application = Application(
        project=project,
        store=store,
        dispatch=dispatch,
        worker=worker,
        toolbox=toolbox,
        runner=runner,
        executor=executor,
        systems=systems,
        slack=_slack(project, store, dispatch) if slack else None,
        jobs=(_sweep_job(store, dispatch), ledger_job(project, store)),  # the last round signs what the sweep wrote
    )
    for pair in pairs.values():
        stack.callback(_close, pair)
    stack.push_async_callback(application.stop_jobs)  # first to go: a last round needs the store
    _register(application)
    return application


def _sweep_job(store: Store, dispatch: Dispatch) -> Periodic:
    """Looks for stuck work when the worker starts and every `SWEEP_SECONDS` after; `start_jobs` follows the worker."""

    async def look() -> None:
        await store.write(lambda tx: sweep(tx, dispatch))

    return Periodic("sweep", look, seconds=SWEEP_SECONDS)


def _close(pair: System) -> None:
    for side in (pair.writer, pair.reader):
        close = getattr(side, "close", None)
        if close is not None:
            close()


def _slack(project: Project, store: Store, dispatch: Dispatch) -> "SlackEdge":
    from placet.slack.app import SlackEdge

    tokens = Secrets()
    agent = project.agents[min(project.agents)]
    return SlackEdge(
        store=store,
        dispatch=dispatch,
        policies=project.policies,
        default_agent=agent,
        graph_version=project.graph_versions[agent.graph],
        bot_token=tokens.slack_bot_token(),
        app_token=tokens.slack_app_token(),
        api_url=project.settings.slack.api_url,
    )


def _register(application: Application) -> None:
    """Say who handles which segment. The only place where dispatch meets its handlers."""
    dispatch = application.dispatch
    dispatch.register("turn", application.runner.turn)
    dispatch.register("resume", application.runner.resume)

    async def execute(payload: Mapping[str, str]) -> None:
        await application.executor.execute(payload["proposal"])

    async def expire_one(payload: Mapping[str, str]) -> None:
        def run(tx: Transaction) -> None:
            proposal = find_proposal(tx, payload["proposal"])
            if proposal is not None:
                expire(tx, dispatch, proposal)

        await application.store.write(run)

    dispatch.register("execute", execute)
    dispatch.register("expire", expire_one)
    if application.slack is not None:
        dispatch.register("send", application.slack.send)
    elif isinstance(dispatch, InlineDispatch):
        dispatch.register("send", _nobody_listens)  # a durable queue keeps its messages for whoever serves Slack


async def _nobody_listens(payload: Mapping[str, str]) -> None:
    """Without Slack a message stays in the outbox; `proposals` and `run` show the same things."""
