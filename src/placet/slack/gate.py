"""The gate: who may speak to the app at all. Slack's signature says which app, not which person is meant."""

from dataclasses import dataclass

from placet.ledger import append
from placet.rules import OWNER_ROLE, Policies
from placet.slack.payloads import Visitor
from placet.storage import Transaction
from placet.vocabulary import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why somebody is turned away: a stable word, and a sentence for them."""

    reason: str
    text: str


def admit(policies: Policies, own_team: str, visitor: Visitor) -> Person | Refusal:
    """The person behind a payload, or why nothing is done for them. An unknown workspace is a foreign one."""
    if visitor.shared:
        return Refusal(
            reason="shared_channel",
            text="This channel is shared with another company, so I do not work here. Write to me directly.",
        )
    if not own_team or visitor.team != own_team:
        return Refusal(
            reason="foreign_team", text="I work for people of this workspace only, so I did nothing with that."
        )
    person = policies.person_by_slack(visitor.user)
    if person is None:
        text = f"I do not know you yet: ask {_owner(policies)} to add you to policies/people.yaml. I did nothing."
        return Refusal(reason="unknown_person", text=text)
    if not person.active:
        text = f"You are no longer active here: ask {_owner(policies)} if that is wrong. I did nothing."
        return Refusal(reason="inactive_person", text=text)
    return person


def note_refusal(tx: Transaction, visitor: Visitor, what: str, reason: str) -> None:
    """Put on the ledger that somebody was turned away. Ids are cut: they come from outside."""
    append(tx, "slack.refused", {"what": what, "reason": reason, "user": visitor.user[:64], "team": visitor.team[:64]})


def _owner(policies: Policies) -> str:
    owners = policies.holders_of(OWNER_ROLE)
    return f"{owners[0].name} ({OWNER_ROLE})" if owners else "an owner"
