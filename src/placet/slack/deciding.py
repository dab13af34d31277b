"""Decisions: a click is a pointer and a person; the rest comes from the database. Commit first, then acknowledge."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from placet.approvals import Click, Verdicted, decide
from placet.dispatch.outbox import refresh_cards
from placet.errors import DecisionRefused
from placet.ledger import append
from placet.slack.desk import Desk
from placet.slack.gate import Refusal, admit, note_refusal
from placet.slack.modals import REASON, reason_in, reject_form, wrong_reason
from placet.slack.payloads import Place, Visitor, action_of, click_place, click_visitor, object_at, text_at
from placet.slack.tokens import Pointer, read_pointer
from placet.slack.web import SlackTrouble, word_of
from placet.storage import Transaction
from placet.storage.rows import find_proposal
from placet.vocabulary import DecisionKind, Person

Body = Mapping[str, Any]
NO_LONGER_VALID = "This button is no longer valid, so nothing was decided. Use the newest card in our direct message."
TOO_LATE = "The form came too late for Slack ({word}). Nothing was decided: click Reject… once more."
_STALE_CARD = frozenset({"already_decided", "old_revision", "expired"})
_NEXT = {
    "unknown_proposal": "Use the newest card in our direct message.",
    "self_approval": "The people named in your thread can decide it.",
    "not_eligible": "The people named in the requester's thread can decide it.",
    "old_revision": "I have refreshed the card.",
    "already_decided": "Your click changed nothing; I have refreshed the card.",
    "expired": "I have refreshed the card.",
    "stopped": "An owner can release it with `placet stop NAME --release`.",
}
"""What to do about a refusal. The others name it in their own words."""


class Deciding:
    """Listeners for the buttons of a card and the form of a rejection."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def approve(self, ack: AsyncAck, body: Body) -> None:
        """Approve what the button points to."""
        found = await self._admitted(body)
        if found is not None:
            person, pointer = found
            verdict = await self._decide(person, pointer, DecisionKind.APPROVE)
            if verdict.refused is not None:
                self._desk.errands.tell(click_place(body), in_words(verdict.refused))
        await ack()

    async def reject(self, ack: AsyncAck, body: Body) -> None:
        """Open the form at once: Slack's trigger lives three seconds. Whether it counts is decided on submission."""
        found = await self._admitted(body)
        if found is not None:
            value = text_at(action_of(body), "value")
            try:
                await self._desk.client.views_open(trigger_id=text_at(body, "trigger_id"), view=reject_form(value))
            except SlackTrouble as error:
                self._desk.errands.tell(click_place(body), TOO_LATE.format(word=word_of(error)))
        await ack()

    async def rejected(self, ack: AsyncAck, body: Body) -> None:
        """The form was submitted: reject with its reason, or say in the form why that does not count."""
        view = object_at(body, "view")
        visitor, pointer = click_visitor(body), read_pointer(text_at(view, "private_metadata"))
        person = admit(self._desk.policies, self._desk.team, visitor)
        if pointer is None or isinstance(person, Refusal):
            reason = person.reason if isinstance(person, Refusal) else "malformed"
            await self._desk.store.write(lambda tx: note_refusal(tx, visitor, "form", reason))
            text = person.text if isinstance(person, Refusal) else NO_LONGER_VALID
            await ack(response_action="errors", errors={REASON: text})
            return
        why, kind = reason_in(view)
        wrong = wrong_reason(why)
        if wrong:
            await ack(response_action="errors", errors={REASON: wrong})
            return
        verdict = await self._decide(person, pointer, DecisionKind.REJECT, why=why, kind=kind)
        if verdict.refused is not None:
            await ack(response_action="errors", errors={REASON: in_words(verdict.refused)})
            return
        await ack()

    async def unknown(self, ack: AsyncAck, body: Body) -> None:
        """A button that we never drew, or an older version of this app did."""
        await self._malformed(click_visitor(body), click_place(body))
        await ack()

    async def _admitted(self, body: Body) -> tuple[Person, Pointer] | None:
        """Who clicked and what the button points to; `None` after the person was told why it does not count."""
        visitor, place = click_visitor(body), click_place(body)
        person = admit(self._desk.policies, self._desk.team, visitor)
        if isinstance(person, Refusal):
            reason = person.reason
            await self._desk.store.write(lambda tx: note_refusal(tx, visitor, "click", reason))
            self._desk.errands.tell(place, person.text)
            return None
        pointer = read_pointer(text_at(action_of(body), "value"))
        if pointer is None:
            await self._malformed(visitor, place)
            return None
        return person, pointer

    async def _malformed(self, visitor: Visitor, place: Place) -> None:
        await self._desk.store.write(lambda tx: note_refusal(tx, visitor, "click", "malformed"))
        self._desk.errands.tell(place, NO_LONGER_VALID)

    async def _decide(
        self, person: Person, pointer: Pointer, decision: DecisionKind, *, why: str = "", kind: str = ""
    ) -> Verdicted:
        click = Click(
            proposal=pointer.proposal,
            revision=pointer.revision,
            digest=pointer.digest,
            kind=decision,
            person=person,
            reason=why,
        )
        return await self._desk.store.write(lambda tx: self._record(tx, click, kind))

    def _record(self, tx: Transaction, click: Click, kind: str) -> Verdicted:
        verdict = decide(tx, self._desk.dispatch, self._desk.policies, click)
        proposal = find_proposal(tx, click.proposal)
        if proposal is None:
            return verdict
        if verdict.refused is not None and verdict.refused.reason in _STALE_CARD:
            refresh_cards(tx, self._desk.dispatch, proposal.changeset)
        if verdict.refused is None and kind:
            facts = {"by": click.person.id if click.person else "", "reason_kind": kind}
            append(tx, "decision.classified", facts, run=proposal.run, proposal=proposal.id)
        return verdict


def in_words(refused: DecisionRefused) -> str:
    """A refusal for the person who clicked: what is the matter, and what to do."""
    detail = f"{refused.detail[:1].upper()}{refused.detail[1:].rstrip('.')}."
    return " ".join(part for part in (detail, _NEXT.get(refused.reason, "")) if part)
