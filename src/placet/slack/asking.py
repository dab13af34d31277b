"""Requests: a direct message, a mention or `/placet` becomes one run, committed before Slack is answered."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from placet.engine.intake import Request, receive
from placet.errors import StorageError
from placet.slack.blocks import line, quote, rich, said
from placet.slack.desk import Desk
from placet.slack.gate import Refusal, admit, note_refusal
from placet.slack.literal import cut, escape, visible
from placet.slack.payloads import Place, Visitor, event_visitor, object_at, readable, text_at
from placet.slack.web import SlackTrouble, word_of
from placet.storage import Transaction
from placet.storage.run_rows import insert_event
from placet.vocabulary import Person

Body = Mapping[str, Any]
USAGE = "Tell me what you need, for example: `/placet {example}`"


class Asking:
    """Listeners for everything that starts a run."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def message(self, ack: AsyncAck, body: Body) -> None:
        """A message in the app's direct message. Edits, deletions and bots' messages ask for nothing."""
        event = object_at(body, "event")
        if text_at(event, "channel_type") == "im" and self._by_a_person(event):
            await self._event(body, "message", private=False)
        await ack()

    async def mention(self, ack: AsyncAck, body: Body) -> None:
        """A message in a channel that names the app."""
        if self._by_a_person(object_at(body, "event")):
            await self._event(body, "mention", private=True)
        await ack()

    def _by_a_person(self, event: Body) -> bool:
        """Whether a person wrote this just now: edits and bots carry a subtype, `bot_id` or `hidden`."""
        user = text_at(event, "user")
        return (
            bool(user) and user != self._desk.bot and not any(event.get(key) for key in ("subtype", "bot_id", "hidden"))
        )

    async def _event(self, body: Body, what: str, *, private: bool) -> None:
        event, visitor = object_at(body, "event"), event_visitor(body)
        channel, ts = text_at(event, "channel"), text_at(event, "ts")
        place = Place(channel=channel, user=visitor.user, thread=text_at(event, "thread_ts") or ts, private=private)
        name = f"slack:{text_at(body, 'event_id') or f'{channel}:{ts}'}"
        text = readable(text_at(event, "text"), self._desk.policies, bot=self._desk.bot)
        if not text:
            self._desk.errands.tell(place, self._usage())
            return
        refusal = await self._desk.store.write(lambda tx: self._take(tx, visitor, what, name, text, place))
        if refusal is not None:
            self._desk.errands.tell(place, refusal.text)

    def _take(
        self, tx: Transaction, visitor: Visitor, what: str, event: str, text: str, place: Place
    ) -> Refusal | None:
        """Write a request down once; a refusal is returned the first time its event comes in."""
        person = admit(self._desk.policies, self._desk.team, visitor)
        if isinstance(person, Refusal):
            if not insert_event(tx, event=event, source="slack", person="", payload={"refused": person.reason}):
                return None
            note_refusal(tx, visitor, what, person.reason)
            return person
        receive(tx, self._desk.dispatch, self._request(event, person, text, place))
        return None

    def _request(self, event: str, person: Person, text: str, place: Place) -> Request:
        return Request(
            event=event,
            source="slack",
            person=person,
            agent=self._desk.agent.id,
            graph=self._desk.agent.graph,
            graph_version=self._desk.graph_version,
            text=text,
            channel=place.channel,
            thread=place.thread,
        )

    def _usage(self) -> str:
        return USAGE.format(example=(self._desk.examples or ("…",))[0])

    # --- the slash command ------------------------------------------------------------------------------

    async def command(self, ack: AsyncAck, body: Body) -> None:
        """`/placet <text>`: the request is repeated in the direct message, and its thread is where things happen."""
        visitor = Visitor(user=text_at(body, "user_id"), team=text_at(body, "team_id"))
        person = admit(self._desk.policies, self._desk.team, visitor)
        if isinstance(person, Refusal):
            reason = person.reason
            await self._desk.store.write(lambda tx: note_refusal(tx, visitor, "command", reason))
            await ack(text=escape(person.text))
            return
        text = readable(text_at(body, "text"), self._desk.policies, bot=self._desk.bot)
        if not text:
            await ack(text=escape(self._usage()))
            return
        try:
            place = await self._repeat(visitor.user, text)
        except SlackTrouble as error:
            await ack(
                text=f"Slack did not let me open our direct message (`{escape(word_of(error))}`). Write to me there."
            )
            return
        await self._commit(person, text, place, f"slack:cmd:{text_at(body, 'trigger_id')}"[:255])
        await ack(text=f"I am on it: see <#{place.channel}>, our direct message.")

    async def _repeat(self, user: str, text: str) -> Place:
        client = self._desk.client
        opened = await client.conversations_open(users=[user])
        shown = cut(visible(text, lines=True), 2_800)
        posted = await client.chat_postMessage(
            channel=opened["channel"]["id"],
            text=f"You asked: {escape(cut(shown, 600))}",
            blocks=[rich(line(said("You asked:", bold=True)), quote(shown))],
            unfurl_links=False,
            unfurl_media=False,
        )
        return Place(channel=str(posted["channel"]), user=user, thread=str(posted["ts"]))

    async def _commit(self, person: Person, text: str, place: Place, event: str) -> None:
        request = self._request(event, person, text, place)
        try:
            await self._desk.store.write(lambda tx: receive(tx, self._desk.dispatch, request))
        except StorageError:
            self._desk.errands.tell(
                place, "I could not write this down, so nothing runs. Please ask again in a moment."
            )
            raise  # without an answer from us Slack shows the command as failed
