"""Everything one running local Slack holds, handed to whoever acts in it."""

from dataclasses import dataclass, field

from placet.localslack.changes import Changes, Journal
from placet.localslack.clock import Clock
from placet.localslack.messages import Messages
from placet.localslack.sessions import Sessions
from placet.localslack.sockets import SocketHub
from placet.localslack.triggers import Triggers
from placet.localslack.views import Views
from placet.localslack.wire import JsonObject
from placet.localslack.workspace import Workspace


@dataclass
class Fault:
    """An error the next calls of one method get instead of an answer, to test an app's bad days."""

    error: str
    times: int = 1


@dataclass
class World:
    """The parts of one local Slack. `origin` is `http://127.0.0.1:PORT`, known once it listens."""

    workspace: Workspace
    messages: Messages
    views: Views
    sessions: Sessions
    triggers: Triggers
    hub: SocketHub
    changes: Changes
    journal: Journal
    clock: Clock
    origin: str = ""
    hints: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)

    def permalink(self, channel: str, ts: str, thread_ts: str = "") -> str:
        """The page's address of one message, in the place of Slack's archive link."""
        link = f"{self.origin}/archives/{channel}/p{ts.replace('.', '')}"
        return f"{link}?thread_ts={thread_ts}&cid={channel}" if thread_ts and thread_ts != ts else link

    def response_url(self, channel: str, user_id: str, message_ts: str = "", thread_ts: str = "") -> str:
        """A new response URL."""
        token = self.triggers.issue_url(channel, user_id, message_ts, thread_ts)
        return f"{self.origin}/response/{token}"

    def common(self) -> JsonObject:
        """What every interaction payload says about app and workspace."""
        identity = self.workspace.identity
        return {
            "api_app_id": self.workspace.app_id,
            "token": identity.verification_token,
            "team": self.workspace.payload_team(),
            "enterprise": None,
            "is_enterprise_install": False,
        }
