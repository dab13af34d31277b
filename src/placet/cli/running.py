"""`placet run`: one request without Slack, with the plan as it happens."""

import asyncio
import secrets
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.options import AsJson, AsPerson, ProjectFolder, project_folder
from placet.cli.output import Output

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from placet.engine.intake import Request
    from placet.ledger import Entry
    from placet.project.loader import Project
    from placet.project.wiring import Application
    from placet.storage import Transaction
    from placet.vocabulary import AgentSpec, Json, Person, Proposal

LOOK_EVERY_S = 0.1
"""How often the database is asked for news while a run goes on."""
QUIET_S = 2.0
"""After so long without news a person at a terminal is told that work goes on."""


def run(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The request, in your own words.")],
    *,
    person: AsPerson,
    agent: Annotated[str, typer.Option("--agent", metavar="ID", help="Which agent; the first by id if not said.")] = "",
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Stay until people have decided and everything is settled.")
    ] = False,
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Ask an agent something without Slack. It reads, and proposes; people decide."""
    from placet.cli.logs import log_to_stderr
    from placet.cli.people import person_named
    from placet.project.loader import load_project

    if not text.strip():
        raise typer.BadParameter("say what you want: the request is empty")
    log_to_stderr("warning")
    out = Output(as_json=json)
    loaded = load_project(project_folder(project))
    requester = person_named(loaded.policies, person)
    spec = _agent(loaded, agent)
    news = asyncio.run(execute_request(loaded, out, text=text, requester=requester, spec=spec, wait=wait))
    _report(loaded, out, news)
    if news.run["state"] == "failed":
        raise typer.Exit(1)


def _agent(project: "Project", said: str) -> "AgentSpec":
    from placet.rules import nearest

    if said in project.agents or not said:
        return project.agents[said or min(project.agents)]
    close = nearest(said, project.agents)
    hint = f"; did you mean `{close}`?" if close else f"; there is {', '.join(sorted(project.agents))}"
    raise typer.BadParameter(f"there is no agent `{said}`{hint}")


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Where a run stands: its row, its proposals, what its ledger entries say, and whether a switch holds it."""

    run: Mapping[str, Any]
    proposals: "Sequence[Proposal]"
    entries: "Sequence[Entry]"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen by itself or by a decision."""
        return self.run["state"] in {"done", "failed", "cancelled"}

    @property
    def waits_for_people(self) -> bool:
        """Whether only a person can move it on: to decide, or to release a switch."""
        held = {one.proposal for one in self.entries if one.kind == "execution.held"}
        moving = [one for one in self.proposals if one.state.value in {"approved", "executing"} and one.id not in held]
        return self.run["state"] == "waiting" and not moving and any(not one.state.settled for one in self.proposals)


class Patience:
    """Shows on a terminal that work goes on, after `QUIET_S` without news. In a pipe or a file it says nothing.

    It counts in a thread of its own: loading libraries and models may keep the event loop busy.
    """

    def __init__(self, words: str, *, console: "Console | None" = None, quiet_s: float = QUIET_S) -> None:
        self._words = words
        self._console = console
        self._quiet_s = quiet_s
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._status: Status | None = None

    def start(self, words: str = "") -> None:
        """Count from now on, also if it counted before. `words` replace what is shown."""
        self.stop()
        if self._console is None and not sys.stderr.isatty():
            return
        with self._lock:
            self._words = words or self._words
            self._timer = threading.Timer(self._quiet_s, self._show)
            self._timer.daemon = True
            self._timer.start()

    def stop(self) -> None:
        """Take away what is shown: there is news, or only people can go on."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._status is not None:
                self._status.stop()
                self._status = None

    def _show(self) -> None:
        from rich.console import Console

        with self._lock:
            if self._timer is threading.current_thread():  # else there was news while this began
                self._status = (self._console or Console(stderr=True)).status(self._words)
                self._status.start()


async def execute_request(
    project: "Project", out: Output, *, text: str, requester: "Person", spec: "AgentSpec", wait: bool
) -> News:
    """Make a run of a request, work on it in this process, and return once it is over or only people can move it.

    With `wait` only an ended run, Ctrl-C or SIGTERM ends the wait.
    """
    from placet.engine.intake import receive
    from placet.project.wiring import open_application

    patience = Patience("starting …")
    patience.start()
    try:
        async with open_application(project) as application:
            request = _request(project, requester, spec, text)
            await application.dispatch.start_worker()
            try:
                run = await application.store.write(lambda tx: receive(tx, application.dispatch, request))
                assert run is not None
                return await _watch(application, out, run, patience, wait=wait)
            finally:
                await application.dispatch.stop_worker()
    finally:
        patience.stop()


def _request(project: "Project", requester: "Person", spec: "AgentSpec", text: str) -> "Request":
    from placet.engine.intake import Request

    return Request(
        event=f"cli:{secrets.token_hex(12)}",
        source="cli",
        person=requester,
        agent=spec.id,
        graph=spec.graph,
        graph_version=project.graph_versions[spec.graph],
        text=text,
    )


async def _watch(application: "Application", out: Output, run: str, patience: Patience, *, wait: bool) -> News:
    """Tell what happens until there is nothing to wait for."""
    from placet.cli.serving import stop_signals

    stopped = stop_signals()
    told = 0
    asked = False
    while True:
        news = await application.store.read(lambda tx: _look(tx, run))
        if len(news.entries) > told:
            patience.start(_doing(application.project, news))
        if news.over or news.waits_for_people:
            patience.stop()
        for entry in news.entries[told:]:
            for line in plan_lines(entry):
                out.hint(line)
        told = len(news.entries)
        if news.over or stopped.is_set() or (news.waits_for_people and not wait):
            return news
        if news.waits_for_people and not asked:
            asked = True
            _say_who_decides(application.project, out, news)
        try:
            await asyncio.wait_for(stopped.wait(), LOOK_EVERY_S)
        except TimeoutError:
            continue


def _doing(project: "Project", news: News) -> str:
    answered = any(entry.kind == "model.answered" for entry in news.entries)
    first = project.settings.model.kind == "local" and not answered
    return "loading the local model …" if first else "working …"


def _look(tx: "Transaction", run: str) -> News:
    from placet.ledger import entries
    from placet.storage.rows import list_proposals
    from placet.storage.run_rows import find_run

    row = find_run(tx, run)
    assert row is not None
    proposals = sorted(list_proposals(tx, run=run), key=lambda one: (one.created_at, one.position))
    return News(run=row, proposals=proposals, entries=entries(tx, run=run))


def plan_lines(entry: "Entry") -> list[str]:
    """A ledger entry of a run as steps of its plan; empty for entries that are no news to a person."""
    facts = {"reason": "", "message": "", **entry.facts}
    if entry.kind == "model.answered":
        return _calls(facts.get("calls"))
    reason = f": {facts['reason']}" if facts["reason"] else ""
    words = {
        "run.received": "{agent} reads the request",
        "tool.read": "read {tool}",
        "tool.refused": "refused: {message}",
        "model.unusable": "the answer cannot be used: {message}",
        "proposal.proposed": f"proposed {entry.proposal}",
        "decision.recorded": f"{{decision}} by {{by}}{reason}",
        "attempt.ended": f"sent {entry.proposal}: {{outcome}}",
        "execution.held": "held by the switch `{switch}`",
    }.get(entry.kind)
    return [f"· {words.format_map(facts)}"] if words else []


def _calls(calls: object) -> list[str]:
    from placet.vocabulary import in_words

    found = [one for one in calls if isinstance(one, dict)] if isinstance(calls, list) else []
    return [f"· {one.get('tool')}: {in_words(one.get('arguments'))}" for one in found]


def _say_who_decides(project: "Project", out: Output, news: News) -> None:
    from placet.cli.proposal_views import deciders

    for proposal in news.proposals:
        if proposal.state.value != "proposed":
            continue
        people = deciders(project.policies, proposal)
        out.hint(f"{proposal.id} waits for {' or '.join(people) or 'nobody: no active person may decide it'}")
        if people:
            out.hint(f"next: placet proposals approve {proposal.id} --as {people[0]}")
            out.hint(f"      placet proposals reject {proposal.id} --as {people[0]} --reason TEXT")


def _report(project: "Project", out: Output, news: News) -> None:
    from placet.cli.proposal_views import brief, deciders

    proposals: list[Json] = [
        {**brief(one), "may_decide": list(deciders(project.policies, one))} for one in news.proposals
    ]
    out.document({"run": news.run["id"], "state": news.run["state"], "answer": news.run["answer"],
                  "proposals": proposals})  # fmt: skip
    if news.proposals:
        rows = [(one.id, one.state.value, one.title, ", ".join(deciders(project.policies, one)))
                for one in news.proposals]  # fmt: skip
        out.table(("id", "state", "change", "may decide"), rows)
    if news.run["answer"]:
        out.line(news.run["answer"])
    if not news.over:
        _say_who_decides(project, out, news)
