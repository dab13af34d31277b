"""What an agent tells people while it works: status, suggested prompts, titles, session states."""

from dataclasses import dataclass, field

from placet.localslack.wire import JsonObject, Refused

SESSION_STATES = frozenset({"processing", "active", "suspended", "closed"})
TITLE = 200


@dataclass
class Session:
    """One thread's agent session. `status` is the free text shown while the agent works."""

    status: str = ""
    loading_messages: list[str] = field(default_factory=list)
    state: str = ""
    title: str = ""
    prompts: list[JsonObject] = field(default_factory=list)
    prompts_title: str = ""

    def raw(self, channel: str, thread_ts: str) -> JsonObject:
        """For the page and the test kit."""
        return {
            "channel": channel,
            "thread_ts": thread_ts,
            "status": self.status,
            "loading_messages": self.loading_messages,
            "state": self.state,
            "title": self.title,
            "prompts": self.prompts,
            "prompts_title": self.prompts_title,
        }


class Sessions:
    """Agent sessions by conversation and thread; an empty thread means the whole conversation."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, str], Session] = {}

    def at(self, channel: str, thread_ts: str) -> Session:
        """The session there; a new one has no state."""
        return self._sessions.setdefault((channel, thread_ts), Session())

    def existing(self, channel: str, thread_ts: str) -> Session:
        """The session there.

        Raises:
            Refused: `session_not_found`.
        """
        session = self._sessions.get((channel, thread_ts))
        if session is None or not session.state:
            raise Refused("session_not_found")
        return session

    def of(self, channel: str) -> list[JsonObject]:
        """Every session of a conversation."""
        return [session.raw(at, ts) for (at, ts), session in self._sessions.items() if at == channel]

    def answered(self, channel: str, thread_ts: str) -> None:
        """The app has posted there: the working status goes away by itself, as in Slack."""
        session = self._sessions.get((channel, thread_ts))
        if session is not None:
            session.status = ""
            session.loading_messages = []
