"""`placet proposals`: list, show, approve, reject and settle without Slack."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from placet.cli.options import AsJson, AsPerson, ProjectFolder, project_folder
from placet.cli.output import Output

if TYPE_CHECKING:
    from placet.approvals import Verdicted
    from placet.project.wiring import Desk
    from placet.storage import Transaction
    from placet.vocabulary import DecisionKind, Proposal, ProposalState

app = typer.Typer(help="Look at proposed changes and decide them.", no_args_is_help=True)

ProposalId = Annotated[str, typer.Argument(metavar="ID", help="The proposal, such as P-MSCXADEMQX.")]
Digest = Annotated[
    str,
    typer.Option("--digest", metavar="HEX", help="Decide only if the digest begins so: what you saw is what you mean."),
]


@app.command("list")
def list_all(
    *,
    state: Annotated[
        list[str] | None, typer.Option("--state", metavar="STATE", help="Only these states; may be repeated.")
    ] = None,
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """List proposals, newest first."""
    from placet.cli.proposal_views import brief
    from placet.project.loader import load_project
    from placet.project.wiring import open_store
    from placet.storage.rows import list_proposals

    out = Output(as_json=json)
    states = _states(state or [])
    store = open_store(load_project(project_folder(project)))
    try:
        found = store.read_now(lambda tx: list_proposals(tx, states=states))
    finally:
        store.close()
    out.document({"proposals": [brief(one) for one in found]})
    if found:
        rows = [(one.id, one.state.value, one.title, one.requester, one.ruling.rule, _minute(one)) for one in found]
        out.table(("id", "state", "change", "asked by", "rule", "expires"), rows)
        out.hint("next: placet proposals show ID")
    else:
        out.line("no proposals" + (f" in state {', '.join(state)}" if state else ""))


def _minute(proposal: "Proposal") -> str:
    return proposal.expires_at.strftime("%Y-%m-%d %H:%M UTC")


def _states(said: list[str]) -> "tuple[ProposalState, ...]":
    from placet.vocabulary import ProposalState

    known = [one.value for one in ProposalState]
    for word in said:
        if word not in known:
            raise typer.BadParameter(f"`{word}` is no state; use {', '.join(known)}")
    return tuple(ProposalState(word) for word in said)


@app.command()
def show(proposal: ProposalId, *, project: ProjectFolder = None, json: AsJson = False) -> None:
    """Show everything about one proposal: the change, why, the rule, who decided, what was sent."""
    from placet.cli.proposal_views import draw_whole, whole
    from placet.ledger import Entry, entries
    from placet.project.loader import load_project
    from placet.project.wiring import open_store
    from placet.storage.rows import decisions_on
    from placet.vocabulary import Decision

    out = Output(as_json=json)
    loaded = load_project(project_folder(project))

    def read(tx: "Transaction") -> "tuple[Proposal, list[Decision], list[Entry]]":
        found = _needed(tx, proposal)
        return found, decisions_on(tx, found.id, found.revision), entries(tx, proposal=found.id)

    store = open_store(loaded)
    try:
        found, decisions, history = store.read_now(read)
    finally:
        store.close()
    out.document(whole(loaded.policies, found, decisions, history))
    if not json:
        draw_whole(out, loaded.policies, found, decisions, history)


@app.command()
def approve(
    proposal: ProposalId, *, person: AsPerson, digest: Digest = "", project: ProjectFolder = None, json: AsJson = False
) -> None:
    """Approve a proposal. What sends it is a worker, such as `placet serve`."""
    from placet.vocabulary import DecisionKind

    _decide(_Word(proposal, DecisionKind.APPROVE, person, "", digest), project=project, out=Output(as_json=json))


@app.command()
def reject(
    proposal: ProposalId,
    *,
    person: AsPerson,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the agent tells the requester.")],
    digest: Digest = "",
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Reject a proposal, with a reason."""
    from placet.vocabulary import DecisionKind

    _decide(_Word(proposal, DecisionKind.REJECT, person, reason, digest), project=project, out=Output(as_json=json))


@app.command()
def settle(
    proposal: ProposalId,
    *,
    done: Annotated[bool, typer.Option("--done", help="The change is in the system.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="The change is not in the system.")] = False,
    person: AsPerson,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What you saw; it goes on the ledger.")],
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Say what became of a change whose outcome is unknown, after looking at the system. Nothing is sent."""
    if done == failed:
        raise typer.BadParameter("say what you saw in the system: --done or --failed")
    from placet.project.loader import load_project
    from placet.project.wiring import open_desk

    loaded = load_project(project_folder(project))

    async def settled() -> "Verdicted":
        async with open_desk(loaded) as desk:
            return await _settle(desk, proposal, person=person, done=done, reason=reason)

    verdicted = asyncio.run(settled())
    if verdicted.refused is not None:
        raise verdicted.refused
    state = verdicted.state.value if verdicted.state else ""
    out = Output(as_json=json)
    out.document({"proposal": verdicted.proposal, "state": state})
    out.line(f"{verdicted.proposal} is {state}")


async def _settle(desk: "Desk", proposal: str, *, person: str, done: bool, reason: str) -> "Verdicted":
    from placet.approvals import settle_unknown
    from placet.cli.people import person_named

    by = person_named(desk.policies, person)

    def write(tx: "Transaction") -> "Verdicted":
        found = _needed(tx, proposal)
        return settle_unknown(tx, desk.dispatch, desk.policies, proposal=found.id, person=by, done=done, reason=reason)

    return await desk.store.write(write)


class _Word:
    """What a person said about a proposal on the command line."""

    def __init__(self, proposal: str, kind: "DecisionKind", person: str, reason: str, digest: str) -> None:
        self.proposal = proposal
        self.kind = kind
        self.person = person
        self.reason = reason
        self.digest = digest.strip().lower()


def _decide(word: _Word, *, project: ProjectFolder, out: Output) -> None:
    from placet.project.loader import load_project
    from placet.project.wiring import open_desk

    loaded = load_project(project_folder(project))

    async def decided() -> "tuple[Verdicted, bool]":
        async with open_desk(loaded) as desk:
            return await _record(desk, word)

    verdicted, alive = asyncio.run(decided())
    if verdicted.refused is not None:
        raise verdicted.refused
    state = verdicted.state.value if verdicted.state else ""
    out.document({"proposal": verdicted.proposal, "state": state, "waiting_for": verdicted.waiting_for,
                  "worker_alive": alive})  # fmt: skip
    out.line(f"{verdicted.proposal} is {state}")
    if verdicted.waiting_for:
        out.hint(f"{verdicted.waiting_for} more approval(s) of other people are needed")
    elif not alive:
        out.hint("no worker is running: `placet serve` sends it, or `placet serve --no-slack` without Slack")


async def _record(desk: "Desk", word: _Word) -> "tuple[Verdicted, bool]":
    from placet.approvals import Click, decide
    from placet.cli.liveness import workers_alive
    from placet.cli.people import person_named

    person = person_named(desk.policies, word.person)

    def write(tx: "Transaction") -> "Verdicted":
        found = _needed(tx, word.proposal)
        click = Click(
            proposal=found.id,
            revision=found.revision,
            digest=word.digest or found.digest,
            kind=word.kind,
            person=person,
            reason=word.reason,
            via="cli",
        )
        return decide(tx, desk.dispatch, desk.policies, click)

    verdicted = await desk.store.write(write)
    return verdicted, bool(await desk.store.read(workers_alive))


def _needed(tx: "Transaction", proposal: str) -> "Proposal":
    from placet.errors import RecordMissing
    from placet.storage.rows import find_proposal

    found = find_proposal(tx, proposal.strip())
    if found is None:
        raise RecordMissing(object="proposal", record=proposal)
    return found
