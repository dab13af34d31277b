"""The Home tab, published when a person opens it."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from placet.slack.desk import Desk
from placet.slack.gate import Refusal, admit
from placet.slack.home import draw_home, stranger_home
from placet.slack.payloads import Visitor, event_visitor, object_at, text_at


class Welcoming:
    """The listener for an opened Home tab."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def opened(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Draw the tab for whoever opened it, after the acknowledgement: nothing is decided by it."""
        if text_at(object_at(body, "event"), "tab") == "home":
            self._desk.errands.run(self._publish(event_visitor(body)))
        await ack()

    async def _publish(self, visitor: Visitor) -> None:
        desk = self._desk
        person = admit(desk.policies, desk.team, visitor)
        if isinstance(person, Refusal):
            view = stranger_home(person.text)
        else:
            view = await desk.store.read(lambda tx: draw_home(tx, desk.policies, person, desk.examples))
        await desk.client.views_publish(user_id=visitor.user, view=view)
