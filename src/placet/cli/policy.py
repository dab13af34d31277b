"""`placet policy`: who may do what, why a rule won, examples, replays and differences. Nothing here changes a thing."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placet.cli.options import AsJson, ProjectFolder, project_folder
from placet.cli.output import Output

if TYPE_CHECKING:
    from datetime import datetime

    from placet.project.loader import Project
    from placet.rules import DecisionTime, PastCase, Question
    from placet.rules.examples import ContextEntry
    from placet.storage import Transaction
    from placet.vocabulary import Proposal, Scope

app = typer.Typer(help="Read, explain, test and replay the policy.", no_args_is_help=True)

_MOST_PROPOSALS = 1_000_000
_MEASURED = 1_000
"""Newest asked proposals whose decisions are timed."""
_LONGEST_DAYS = 3_650

AgentId = Annotated[str, typer.Option("--agent", metavar="ID", help="Only through this agent.")]


@app.command()
def schema(
    which: Annotated[str, typer.Argument(metavar="FILE", help="people, roles, rules, calendars or tests.")] = "rules",
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Write all of them into this folder.")] = None,
) -> None:
    """Print the JSON Schema of a policy file, for an editor that checks and completes YAML."""
    import json

    from placet.rules import SCHEMAS, policy_schema

    if which not in SCHEMAS:
        raise typer.BadParameter(f"`{which}` has no schema; use {', '.join(SCHEMAS)}")
    if to is None:
        Output(as_json=True).document(policy_schema(which))
        return
    to.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        text = json.dumps(policy_schema(name), ensure_ascii=False, indent=2)
        (to / f"{name}.schema.json").write_text(f"{text}\n", encoding="utf-8")
    Output.hint(f"{len(SCHEMAS)} schemas are in {to}")


@app.command("who-can")
def who_can(
    *,
    scope: Annotated[str, typer.Argument(metavar="SCOPE", help="One scope, such as crm.opportunity:update.")],
    agent: AgentId = "",
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Show who may ask for a scope, through which agent and tool, which rules then speak and who approves."""
    from placet.cli.policy_views import draw_who_can
    from placet.project.loader import load_project
    from placet.rules import who_can as found_by
    from placet.rules.permissions import who_can_json

    loaded = load_project(project_folder(project))
    _agent_known(loaded, agent)
    tools = {name: tool.scope for name, tool in loaded.tools.items()}
    found = found_by(loaded.policies, _exact_scope(scope), loaded.agents.values(), tools, agent=agent)
    out = Output(as_json=json)
    out.document(who_can_json(found))
    draw_who_can(out, found)


def _exact_scope(text: str) -> "Scope":
    from placet.vocabulary import Scope

    try:
        scope = Scope.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if "*" in text:
        raise typer.BadParameter(f"`{text}` is a pattern; name one object and one verb")
    return scope


def _agent_known(project: "Project", agent: str) -> None:
    from placet.rules import nearest

    if agent and agent not in project.agents:
        close = nearest(agent, project.agents)
        raise typer.BadParameter(f"there is no agent `{agent}`" + (f"; did you mean `{close}`?" if close else ""))


@app.command()
def explain(
    *,
    proposal: Annotated[str, typer.Argument(metavar="[PROPOSAL-ID]", help="A proposal, such as P-MSCXADEMQX.")] = "",
    tool: Annotated[str, typer.Option("--tool", metavar="NAME", help="Or a tool, such as crm.move_deal.")] = "",
    person: Annotated[str, typer.Option("--as", metavar="PERSON", help="Who asks, with --tool.")] = "",
    given: Annotated[
        str, typer.Option("--with", metavar="FILE|JSON", help="The facts, with --tool: change, record, tainted …")
    ] = "",
    agent: AgentId = "",
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Show every rule on a change, what each condition saw, which rule won and why, and who may approve."""
    from placet.cli.policy_views import draw_told
    from placet.project.loader import load_project
    from placet.rules import tell
    from placet.rules.explaining import told_json

    if bool(proposal) == bool(tool):
        raise typer.BadParameter("name either a proposal, or a tool with --tool and --as")
    loaded = load_project(project_folder(project))
    if ":" in proposal:
        tools = [name for name, one in sorted(loaded.tools.items()) if str(one.scope) == proposal.strip()]
        named = f"use {' or '.join(f'--tool {name}' for name in tools) or '--tool NAME'} with --as PERSON"
        raise typer.BadParameter(f"`{proposal}` is a scope, not a proposal; {named}")
    _agent_known(loaded, agent)
    stored: Proposal | None = None
    now: datetime | None = None
    if proposal:
        stored, question = _stored_question(loaded, proposal)
        requester, now = stored.requester, stored.created_at
    else:
        requester, question = _asked_question(loaded, tool, person, given, agent)
    told = tell(loaded.policies, question, requester, now=now)
    out = Output(as_json=json)
    out.document({"scope": str(question.scope), "requester": requester, **told_json(told)})
    draw_told(out, loaded.policies, question, requester, told, stored)


def _stored_question(project: "Project", proposal: str) -> "tuple[Proposal, Question]":
    """A stored proposal, and what the policy was asked about it."""
    from placet.errors import RecordMissing
    from placet.project.wiring import open_store
    from placet.storage.rows import find_proposal

    store = open_store(project)
    try:
        found = store.read_now(lambda tx: find_proposal(tx, proposal.strip()))
    finally:
        store.close()
    if found is None:
        raise RecordMissing(object="proposal", record=proposal)
    if not found.context:
        raise typer.BadParameter(f"`{proposal}` was stored without what the policy saw; use --tool and --with")
    return found, _question_of(_case(project, found))


def _question_of(case: "PastCase") -> "Question":
    from placet.rules import Question

    return Question(scope=case.scope, effect=case.effect, mode=case.mode, context=case.context)


def _asked_question(project: "Project", tool: str, person: str, given: str, agent: str) -> "tuple[str, Question]":
    """The requester and the question of a tool call that nobody made."""
    from placet.cli.people import person_named
    from placet.errors import ToolUnknown
    from placet.rules.examples import ContextEntry, question_of
    from placet.vocabulary import Mode

    if tool not in project.tools:
        raise ToolUnknown(tool=tool, known=", ".join(project.tools))
    if not person:
        raise typer.BadParameter("say who asks with --as")
    declared = project.tools[tool]
    through = agent or next((one.id for one in project.agents.values() if tool in one.tools), "")
    spec = project.agents.get(through)
    asker = person_named(project.policies, person)
    context = _context(given) if given else ContextEntry()
    mode = spec.mode if spec else Mode.AUTO
    return asker.id, question_of(
        asker, declared.scope, context, agent=through or "agent", mode=mode, effect=declared.effect
    )


def _context(given: str) -> "ContextEntry":
    """The facts of `--with`: JSON or YAML on the line, or in a file. Raises like the project's own files."""
    from placet.errors import ProjectInvalid
    from placet.rules import parse_yaml, read_shape, read_yaml
    from placet.rules.examples import ContextEntry

    inline = given.lstrip().startswith("{")
    document = parse_yaml(given, "--with") if inline else read_yaml(Path(given), given)
    entry, findings = read_shape(document, ContextEntry)
    if entry is None:
        raise ProjectInvalid(findings=tuple(findings))
    return entry


@app.command("test")
def run_tests(
    *,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A policy folder; default: the project's.")
    ] = None,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Also write a JUnit file.")] = None,
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Run the examples beside the policies (policies/tests/*.yaml); exit status 1 if one differs."""
    from placet.cli.policy_views import checked_json, draw_checked, junit_report
    from placet.errors import ProjectInvalid
    from placet.rules import load_policies, read_examples, run_examples

    folder = folder or project_folder(project) / "policies"
    policies = load_policies(folder)
    examples, findings = read_examples(folder, policies)
    if findings:
        raise ProjectInvalid(findings=tuple(findings))
    checked = run_examples(policies, examples)
    failed = sum(not one.passed for one in checked)
    if junit is not None:
        junit.write_text(junit_report(checked), encoding="utf-8")
    out = Output(as_json=json)
    out.document({"ok": not failed, "examples": len(checked), "failed": failed,
                  "results": [checked_json(one) for one in checked]})  # fmt: skip
    draw_checked(out, checked)
    if failed:
        raise typer.Exit(1)


@app.command()
def diff(
    *,
    before: Annotated[Path, typer.Argument(metavar="DIR_A", help="A policy folder.")],
    after: Annotated[Path, typer.Argument(metavar="DIR_B", help="Another one.")],
    json: AsJson = False,
) -> None:
    """Say in words what differs between two policy folders."""
    from placet.rules import compare, load_policies
    from placet.rules.comparison import comparison_json

    differences = compare(load_policies(before), load_policies(after))
    out = Output(as_json=json)
    out.document({"differences": comparison_json(differences)})
    for one in differences:
        out.line(f"{one.kind} {one.what}{f' {one.id}' if one.id else ''}")
        for words in one.words:
            out.line(f"    {words}")
    if not differences:
        out.line("both say the same")


@app.command()
def simulate(
    *,
    policies: Annotated[Path, typer.Option("--policies", metavar="DIR", help="The policy folder to try.")],
    since: Annotated[str, typer.Option("--since", metavar="30d", help="How far back: 12h, 30d, 365d.")] = "30d",
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Also write a page.")] = None,
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Replay stored proposals under another policy: which rulings flip, and what it costs approvers in minutes."""
    from placet.cli.policy_views import draw_simulation
    from placet.project.loader import load_project
    from placet.project.wiring import open_store
    from placet.rules import load_policies
    from placet.rules import simulate as replay
    from placet.rules.simulation import simulation_json
    from placet.rules.simulation_page import simulation_page

    seconds = _since(since)
    loaded = load_project(project_folder(project))
    other = load_policies(policies)
    store = open_store(loaded)
    try:
        cases, time = store.read_now(lambda tx: _history(tx, loaded, seconds))
    finally:
        store.close()
    result = replay(loaded.policies, other, _with_progress(cases), time)
    compared = f"{policies} ({other.hash[:12]}) replayed on the {len(cases)} proposals of the last {since}"
    if html is not None:
        page = simulation_page(result, title=f"{loaded.settings.project.name}: policy simulation", compared=compared)
        html.write_text(page, encoding="utf-8")
        Output.hint(f"the page is in {html}")
    out = Output(as_json=json)
    out.document({"policies": other.hash, "since": since, **simulation_json(result)})
    draw_simulation(out, result, compared)


def _since(text: str) -> int:
    from placet.rules import seconds_in

    try:
        return seconds_in(text, longest=_LONGEST_DAYS * 86_400)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _history(tx: "Transaction", project: "Project", seconds: int) -> "tuple[list[PastCase], DecisionTime]":
    """The proposals of the last so many seconds, oldest first, and how long their decisions took."""
    from datetime import timedelta

    from placet.rules import DecisionTime
    from placet.storage.rows import list_proposals

    start = tx.now - timedelta(seconds=seconds)
    found = [one for one in list_proposals(tx, limit=_MOST_PROPOSALS) if one.created_at >= start]
    minutes = [one for one in _waits(tx, found) if one is not None]
    found.sort(key=lambda one: (one.created_at, one.position))
    return [_case(project, one) for one in found], DecisionTime.of(minutes)


def _waits(tx: "Transaction", newest_first: "Sequence[Proposal]") -> "Iterator[float | None]":
    """Minutes from proposal to the first person's decision, for the newest that asked somebody."""
    from placet.storage.rows import decisions_on
    from placet.vocabulary import Verdict

    asked = [one for one in newest_first if one.ruling.verdict is Verdict.ASK][:_MEASURED]
    for proposal in asked:
        people = [one.at for one in decisions_on(tx, proposal.id, proposal.revision) if one.by != "policy"]
        yield (min(people) - proposal.created_at).total_seconds() / 60 if people else None


def _case(project: "Project", proposal: "Proposal") -> "PastCase":
    from placet.rules import past_case

    tool, agent = project.tools.get(proposal.tool), project.agents.get(proposal.agent)
    return past_case(proposal, effect=tool.effect if tool else None, mode=agent.mode if agent else None)


def _with_progress(cases: "Sequence[PastCase]") -> "Iterator[PastCase]":
    """The cases, with a progress bar on stderr where somebody looks."""
    if not sys.stderr.isatty():
        yield from cases
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(cases, description="replaying", console=Console(stderr=True))
