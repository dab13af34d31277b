"""A local Slack: Web API, Socket Mode, a page in the browser, and a test kit. See docs/how-to/local-slack.md."""

from placet.localslack.clock import Clock
from placet.localslack.player import Actor, ClickResult, Message, Player, Sent, SubmitResult
from placet.localslack.server import LocalSlack
from placet.localslack.workspace import LocalChannel, LocalUser

__all__ = [
    "Actor",
    "ClickResult",
    "Clock",
    "LocalChannel",
    "LocalSlack",
    "LocalUser",
    "Message",
    "Player",
    "Sent",
    "SubmitResult",
]
