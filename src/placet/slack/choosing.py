"""Choices: the rep says which record an ambiguous name meant, and the request is asked again with it."""

import json
from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from placet.dispatch.outbox import want
from placet.engine.intake import choose
from placet.slack.answers import question_in
from placet.slack.desk import Desk
from placet.slack.gate import Refusal, admit, note_refusal
from placet.slack.payloads import Visitor, action_of, click_place, click_visitor, text_at
from placet.slack.tokens import Choice, read_choice
from placet.storage import Transaction
from placet.storage.outbox_rows import outbox_row
from placet.vocabulary import Person

NO_LONGER_VALID = "This choice is no longer valid, so nothing was done. Ask me again."
NOT_YOURS = "Only the person who asked can choose here."
ALREADY = "This was chosen already."


class Choosing:
    """The listener for choice buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def choose(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Ask the run's request again with the chosen record, once."""
        visitor = click_visitor(body)
        action = action_of(body)
        event = f"slack:act:{visitor.user}:{text_at(action, 'action_ts')}:{text_at(action, 'value')}"[:255]
        choice = read_choice(text_at(action, "value"))
        told = await self._desk.store.write(lambda tx: self._take(tx, visitor, choice, event))
        if told:
            self._desk.errands.tell(click_place(body), told)
        await ack()

    def _take(self, tx: Transaction, visitor: Visitor, choice: Choice | None, event: str) -> str:
        """What to tell the person, or an empty string when a run was made."""
        person = admit(self._desk.policies, self._desk.team, visitor)
        if isinstance(person, Refusal):
            note_refusal(tx, visitor, "choice", person.reason)
            return person.text
        told = NO_LONGER_VALID if choice is None else self._chosen(tx, person, choice, event)
        if told and told != ALREADY:
            note_refusal(tx, visitor, "choice", "not_theirs" if told == NOT_YOURS else "malformed")
        return told

    def _chosen(self, tx: Transaction, person: Person, choice: Choice, event: str) -> str:
        message = f"answer:{choice.run}"
        row = outbox_row(tx, message)
        question = question_in(row["body"]) if row else None
        if row is None or question is None or choice.number >= len(question.candidates):
            return NO_LONGER_VALID
        if question.chosen is not None:
            return ALREADY
        record, _ = question.candidates[choice.number]
        made = choose(
            tx, self._desk.dispatch, event=event, run=choice.run, person=person, object=question.object,
            said=question.said, record=record,
        )  # fmt: skip
        if made is None:
            return NOT_YOURS
        body = {**json.loads(row["body"]), "chosen": choice.number}
        want(tx, self._desk.dispatch, message, kind="answer", run=choice.run, subject=row["subject"], body=body)
        return ""
