"""Which of Slack's payloads goes to whom. The app manifest in docs/reference names the same; a test compares them."""

import re
from typing import Final

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from placet.slack.answers import CHOOSE
from placet.slack.asking import Asking
from placet.slack.cards import APPROVE, REJECT
from placet.slack.choosing import Choosing
from placet.slack.deciding import Deciding
from placet.slack.desk import Desk
from placet.slack.modals import REJECT_FORM
from placet.slack.welcoming import Welcoming

log = structlog.get_logger()

COMMAND: Final = "/placet"


def register(app: AsyncApp, desk: Desk) -> None:
    """Connect every listener. The last two answer what nobody else does, so that Slack does not retry it."""
    asking, deciding = Asking(desk), Deciding(desk)
    app.event("message")(asking.message)
    app.event("app_mention")(asking.mention)
    app.event("app_home_opened")(Welcoming(desk).opened)
    app.command(COMMAND)(asking.command)
    app.action(APPROVE)(deciding.approve)
    app.action(REJECT)(deciding.reject)
    app.action(re.compile(rf"^{CHOOSE}:\d+$"))(Choosing(desk).choose)
    app.view(REJECT_FORM)(deciding.rejected)
    app.error(_failed)
    app.action(re.compile(""))(deciding.unknown)
    app.event(re.compile(""))(_ignored)


async def _ignored(ack: AsyncAck) -> None:
    await ack()


async def _failed(error: Exception) -> None:
    """Log the class of an error, never its data. The payload stays unacknowledged: Slack sends events again."""
    log.error("slack.listener_failed", error=type(error).__name__)
