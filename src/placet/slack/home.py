"""The Home tab: what this is, what to try, and what waits for this person."""

from placet.rules import Policies
from placet.slack.blocks import Block, bullets, context, day_and_time, header, line, rich, said, section
from placet.slack.literal import cut, escape, visible
from placet.slack.view_model import name_of, state_now
from placet.storage import Transaction
from placet.storage.rows import decisions_on, list_proposals
from placet.vocabulary import Person, Proposal, ProposalState

SHOWN = 20


def draw_home(tx: Transaction, policies: Policies, person: Person, examples: tuple[str, ...]) -> Block:
    """The view to publish for `person`."""
    waiting = waiting_cards(tx, policies, person)
    blocks: list[Block] = [
        header("Ask, and a person decides"),
        section(
            "I look things up in the CRM and the ERP and propose changes. Nothing is changed before a person who may "
            "decide has approved it. Write to me in *Messages*, mention me in a channel, or type `/placet …`."
        ),
        rich(line(said("Three things to try", bold=True)), bullets(*(line(said(one)) for one in examples[:3]))),
        header(f"{len(waiting)} waiting for you" if waiting else "Nothing waits for you"),
    ]
    for proposal in waiting[:SHOWN]:
        asked = escape(name_of(policies, proposal.requester))
        blocks.append(rich(line(said(cut(visible(proposal.title), 200), bold=True))))
        blocks.append(context(f"asked by {asked} · expires {day_and_time(proposal.expires_at)} · card in *Messages*"))
    if len(waiting) > SHOWN:
        blocks.append(context(f"… and {len(waiting) - SHOWN} more: `placet proposals list` shows all"))
    return {"type": "home", "blocks": blocks}


def stranger_home(text: str) -> Block:
    """The view for somebody who is not known."""
    return {"type": "home", "blocks": [header("Hello"), section(escape(text))]}


def waiting_cards(tx: Transaction, policies: Policies, person: Person) -> list[Proposal]:
    """Open proposals this person may decide and has not decided, the next to expire first."""
    found = [
        one
        for one in list_proposals(tx, states=(ProposalState.PROPOSED,), limit=500)
        if state_now(tx, one) is ProposalState.PROPOSED
        and any(other.id == person.id for other in policies.approvers_for(one.ruling, one.requester))
        and not any(decision.by == person.id for decision in decisions_on(tx, one.id, one.revision))
    ]
    return sorted(found, key=lambda one: one.expires_at)
