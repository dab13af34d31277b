"""The plan in the rep's thread: what the run did and what it waits for, drawn from the ledger and the proposals."""

from collections.abc import Iterator

from placet.errors import ReferenceAmbiguous
from placet.ledger import Entry, entries
from placet.rules import Policies
from placet.slack.blocks import Block, Drawn, context, day_and_time, line, rich, said
from placet.slack.literal import cut, escape, visible
from placet.slack.view_model import name_of, state_now, waiting_for
from placet.slack.wording import HEADLINES
from placet.storage import Transaction
from placet.storage.rows import decisions_on, find_proposal
from placet.storage.run_rows import find_run
from placet.vocabulary import DecisionKind, Proposal, RunState
from placet.vocabulary import ProposalState as State

LINES = 40
"""Longer plans lose their middle; the ledger has all of it."""
LINE = 240
_ENDS = {
    State.APPROVED: "… Approved, waiting to be written",
    State.EXECUTING: "… Being written",
    State.DONE: "✓ Applied",
    State.FAILED: "✗ Not applied: {reason}",
    State.STALE: "✗ Not applied: {reason}",
    State.UNKNOWN: "? Outcome unknown: {reason}",
    State.EXPIRED: "✗ Expired: nobody decided in time",
    State.CANCELLED: "✗ Withdrawn: {reason}",
    State.SUPERSEDED: "✗ Replaced by a newer proposal",
}


def draw_plan(tx: Transaction, policies: Policies, run: str) -> Drawn | None:
    """The plan message of a run, or `None` if there is no such run."""
    row = find_run(tx, run)
    if row is None:
        return None
    state = RunState(row["state"])
    noted = entries(tx, run=run)
    lines = _folded([told for entry in noted for told in _line(tx, policies, entry)])
    if state in {RunState.QUEUED, RunState.THINKING}:
        lines.append("… Thinking")
    lines = lines or [{RunState.FAILED: "✗ Stopped", RunState.CANCELLED: "✗ Cancelled"}.get(state, "✓ Answered")]
    if len(lines) > LINES:
        lines = [*lines[: LINES // 2], "…", *lines[-LINES // 2 :]]
    blocks: list[Block] = [rich(line(said("\n".join(lines))))]
    waits = list(_waits(tx, policies, noted))
    if waits:
        blocks.append(context("\n".join(waits)))
    return Drawn(escape(lines[-1]), blocks)


def _line(tx: Transaction, policies: Policies, entry: Entry) -> Iterator[str]:
    match entry.kind:
        case "tool.read":
            yield f"✓ Read {_fact(entry, 'tool')}"
        case "tool.refused" if entry.facts.get("code") == ReferenceAmbiguous.code:
            yield cut(f"? Asked back: {_fact(entry, 'message').partition(':')[0]}", LINE)
        case "tool.refused":
            yield cut(f"✗ {_fact(entry, 'tool')} refused: {_fact(entry, 'message')}", LINE)
        case "run.failed":
            yield "✗ Stopped"
        case "proposal.proposed":
            proposal = find_proposal(tx, entry.proposal)
            if proposal is not None:
                yield from _proposal(tx, policies, proposal)
        case _:
            return


def _fact(entry: Entry, name: str) -> str:
    return visible(str(entry.facts.get(name, "")))


def _proposal(tx: Transaction, policies: Policies, proposal: Proposal) -> Iterator[str]:
    state = state_now(tx, proposal)
    yield f"● Proposed: {visible(proposal.title)}"
    for decision in decisions_on(tx, proposal.id, proposal.revision):
        name = name_of(policies, decision.by)
        if decision.by == "policy":
            yield f"✓ Allowed by rule {visible(proposal.ruling.rule)}"
        elif decision.kind is DecisionKind.APPROVE:
            yield f"✓ Approved by {name}"
        else:
            yield cut(f"✗ Rejected by {name}: {visible(decision.reason)}", LINE)
    if state in _ENDS:
        yield cut(_ENDS[state].format(reason=visible(proposal.reason) or HEADLINES[state].lower()), LINE)


def _waits(tx: Transaction, policies: Policies, noted: list[Entry]) -> Iterator[str]:
    """Whose turn it is, one mrkdwn line for each proposal that waits."""
    for entry in noted:
        proposal = find_proposal(tx, entry.proposal) if entry.kind == "proposal.proposed" else None
        if proposal is not None and state_now(tx, proposal) is State.PROPOSED:
            people = waiting_for(tx, policies, proposal)
            named = ", ".join(people[:3]) + (f" and {len(people) - 3} more" if len(people) > 3 else "")  # noqa: PLR2004 - three names fit a line
            few = f" ({proposal.ruling.quorum} people needed)" if proposal.ruling.quorum > 1 else ""
            who = escape(named or "nobody who may decide: tell an owner")
            yield f"… Waiting for {who}{few}, until {day_and_time(proposal.expires_at)}"


def _folded(lines: list[str]) -> list[str]:
    """Equal neighbours as one line with their number."""
    folded: list[tuple[str, int]] = []
    for one in lines:
        if folded and folded[-1][0] == one and one.startswith("✓ Read"):
            folded[-1] = (one, folded[-1][1] + 1)
        else:
            folded.append((one, 1))
    return [one if count == 1 else f"{one} ({count} times)" for one, count in folded]
