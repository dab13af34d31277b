"""Sending: one outbox row to Slack, drawn from the present state, at least once, and never for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from placet.dispatch import Dispatch, Segment
from placet.ledger import append
from placet.rules import Policies
from placet.slack.answers import draw_answer, draw_notice
from placet.slack.blocks import Drawn, section
from placet.slack.cards import draw_card, draw_summary
from placet.slack.limits import breaches
from placet.slack.literal import cut
from placet.slack.plans import draw_plan
from placet.slack.view_model import card_view
from placet.slack.web import SlackTrouble, Trouble, trouble_of, wait_of, word_of
from placet.storage import Store, Transaction
from placet.storage.outbox_rows import mark_failed, mark_shown, outbox_row, unsent
from placet.storage.run_rows import find_run

log = structlog.get_logger()

TRIES = 12
"""With doubling waits of at most five minutes this spans more than half an hour; then a person is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message ready to go. `user` is set where it goes to a person's direct message; `posted` if it exists."""

    id: str
    kind: str
    run: str
    version: int
    drawn: Drawn
    plainer: Drawn
    user: str
    channel: str
    thread: str
    posted: str


class Undeliverable(Exception):
    """There is no way to deliver a row; the reason is for people. Stays in this module."""


class Sender:
    """The handler of `send` segments. Needs no socket: any role that holds the bot token can send."""

    def __init__(self, *, store: Store, dispatch: Dispatch, policies: Policies, client: AsyncWebClient) -> None:
        self._store = store
        self._dispatch = dispatch
        self._policies = policies
        self._client = client
        self._direct: dict[str, str] = {}

    async def send(self, payload: Mapping[str, str]) -> None:
        """Show one outbox row as it is wanted now; nothing if it is shown already or was given up."""
        message, attempt = payload["message"], int(payload.get("attempt", "0"))
        try:
            letter = await self._store.read(lambda tx: self._letter(tx, message))
        except Undeliverable as reason:
            text = str(reason)
            await self._store.write(lambda tx: self._give_up(tx, message, text))
            return
        if letter is None:
            return
        try:
            channel, posted = await self._show(letter)
        except SlackTrouble as error:
            await self._troubled(letter, error, attempt)
            return
        await self._store.write(
            lambda tx: mark_shown(tx, letter.id, version=letter.version, channel=channel, posted=posted)
        )

    async def catch_up(self) -> int:
        """Queue again what a crash left unsent; returns how many messages."""
        return await self._store.write(self._queue_unsent)

    def _queue_unsent(self, tx: Transaction) -> int:
        left = [row for row in unsent(tx) if not row["error"]]
        for row in left:
            self._queue(tx, row["id"], attempt=0, wait=0)
        return len(left)

    def _queue(self, tx: Transaction, message: str, *, attempt: int, wait: int) -> None:
        # `want` used up the plain id of this version, and an id is taken for ever: the moment makes a new one.
        again = Segment(
            kind="send",
            id=f"send:{message}:again:{tx.stamp}",
            key=f"send:{message}",
            payload={"message": message, "attempt": str(attempt)},
            delay=timedelta(seconds=wait),
        )
        self._dispatch.enqueue(tx, again)

    # --- drawing --------------------------------------------------------------------------------------

    def _letter(self, tx: Transaction, message: str) -> Letter | None:
        row = outbox_row(tx, message)
        if row is None or row["shown"] >= row["wanted"] or row["error"]:
            return None
        drawn, plainer = self._draw(tx, row)
        user, channel, thread = self._address(tx, row)
        return Letter(
            id=row["id"],
            kind=row["kind"],
            run=row["run"],
            version=row["wanted"],
            drawn=plainer if breaches(drawn.blocks) else drawn,
            plainer=plainer,
            user=user,
            channel=row["channel"] or channel,
            thread=thread,
            posted=row["message"],
        )

    def _draw(self, tx: Transaction, row: Mapping[str, Any]) -> tuple[Drawn, Drawn]:
        """The message, and a smaller one for the case that Slack refuses it."""
        if row["kind"] == "card":
            view = card_view(tx, self._policies, row["subject"], row["person"])
            if view is None:
                raise Undeliverable("what it is about does not exist any more")
            return draw_card(view), draw_summary(view)
        drawn = {
            "plan": lambda: draw_plan(tx, self._policies, row["subject"]),
            "answer": lambda: draw_answer(tx, row),
            "notice": lambda: draw_notice(row),
        }.get(row["kind"], lambda: None)()
        if drawn is None:
            raise Undeliverable("what it is about does not exist any more")
        return drawn, Drawn(drawn.text, [section(cut(drawn.text, 1_000))])

    def _address(self, tx: Transaction, row: Mapping[str, Any]) -> tuple[str, str, str]:
        """The Slack user, or the channel and thread, a row goes to."""
        if row["person"]:
            person = self._policies.people.get(row["person"])
            if person is None or not person.active or not person.slack:
                raise Undeliverable(
                    f"`{row['person']}` is not an active person with a Slack id in policies/people.yaml"
                )
            return person.slack, "", ""
        run = find_run(tx, row["run"])
        if run is None or not run["channel"]:
            raise Undeliverable("its run has no Slack thread")
        return "", run["channel"], run["thread"]

    # --- showing --------------------------------------------------------------------------------------

    async def _show(self, letter: Letter) -> tuple[str, str]:
        """Post or update; returns the channel and the id of the message that now stands there."""
        try:
            return await self._put(letter, letter.drawn)
        except SlackTrouble as error:
            if trouble_of(error) is not Trouble.TOO_LARGE:
                raise
            log.warning("slack.message_refused", message=letter.id, error=word_of(error))
            return await self._put(letter, letter.plainer)

    async def _put(self, letter: Letter, drawn: Drawn) -> tuple[str, str]:
        if letter.posted:
            try:
                await self._client.chat_update(
                    channel=letter.channel, ts=letter.posted, text=drawn.text, blocks=drawn.blocks
                )
            except SlackTrouble as error:
                if trouble_of(error) is not Trouble.GONE:
                    raise
            else:
                return letter.channel, letter.posted
        channel = letter.channel or await self._direct_message(letter.user)
        answer = await self._client.chat_postMessage(
            channel=channel,
            thread_ts=letter.thread or None,
            text=drawn.text,
            blocks=drawn.blocks,
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["channel"]), str(answer["ts"])

    async def _direct_message(self, user: str) -> str:
        if user not in self._direct:
            opened = await self._client.conversations_open(users=[user])
            self._direct[user] = str(opened["channel"]["id"])
        return self._direct[user]

    # --- trouble --------------------------------------------------------------------------------------

    async def _troubled(self, letter: Letter, error: Exception, attempt: int) -> None:
        """Try again later, a bounded number of times, or give the row up and say why."""
        word = word_of(error)
        if trouble_of(error) is Trouble.PASSING and attempt + 1 < TRIES:
            wait = wait_of(error, attempt)
            log.info("slack.send_later", message=letter.id, error=word, wait_seconds=wait)
            await self._store.write(lambda tx: self._queue(tx, letter.id, attempt=attempt + 1, wait=wait))
            return
        await self._store.write(lambda tx: self._give_up(tx, letter.id, f"Slack answered `{word}`"))

    def _give_up(self, tx: Transaction, message: str, reason: str) -> None:
        row = outbox_row(tx, message)
        mark_failed(tx, message, reason)
        facts = {"message": message, "kind": str(row["kind"]) if row else "", "reason": reason[:500]}
        append(tx, "slack.unsent", facts, run=str(row["run"]) if row else "")
        log.error("slack.unsent", message=message, reason=reason)
