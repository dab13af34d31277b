"""The test kit: act as the people of a local Slack, from this process or another."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeVar

import aiohttp

from placet.errors import LocalSlackError
from placet.localslack.wire import JsonObject, as_object, is_yes, objects_at, text_at

LONG_POLL_S = 20.0
T = TypeVar("T")


@dataclass(frozen=True)
class Sent:
    """A message or command that was sent. `ts` is empty for a command; `acked` is False if it failed."""

    channel: str
    ts: str
    acked: bool = True
    error: str = ""


@dataclass(frozen=True)
class ClickResult:
    """How a click went: `acked` within 3 s, else `error` says what Slack would show."""

    acked: bool
    error: str = ""


@dataclass(frozen=True)
class SubmitResult:
    """How a submission went. `errors` maps block ids to texts; empty when the form was taken."""

    acked: bool
    error: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the app took the form."""
        return self.acked and not self.error and not self.errors


@dataclass(frozen=True)
class Message:
    """A message as a person sees it. `raw` is all of it, as Slack would show it."""

    channel: str
    ts: str
    thread_ts: str
    user: str
    text: str
    blocks: list[JsonObject]
    edited: bool
    ephemeral: bool
    raw: JsonObject

    @classmethod
    def of(cls, channel: str, raw: JsonObject) -> Self:
        """Read one message of the control API."""
        return cls(
            channel=channel,
            ts=text_at(raw, "ts"),
            thread_ts=text_at(raw, "thread_ts"),
            user=text_at(raw, "user"),
            text=text_at(raw, "text"),
            blocks=objects_at(raw, "blocks"),
            edited="edited" in raw,
            ephemeral=is_yes(raw.get("is_ephemeral")),
            raw=raw,
        )


class Player:
    """Talks to the control API of the local Slack at `url` (its page's address)."""

    def __init__(self, url: str) -> None:
        self._base = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Proxy variables are not followed: the other side is on this machine.
        self._session = aiohttp.ClientSession(trust_env=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def user(self, name: str) -> "Actor":
        """The person with this id, handle or real name; a wrong one is refused at the first act."""
        return Actor(self, name)

    async def failures(self) -> list[str]:
        """Breaches so far of what real Slack enforces: unknown methods, limits, wrong tokens."""
        return [str(line) for line in _listed(await self.get("failures"), "failures")]

    async def traffic(self) -> list[JsonObject]:
        """Every Web API call of the app: `seq`, `method`, `args` (no tokens), `ok`, `error`, `at`."""
        return objects_at(await self.get("traffic"), "traffic")

    async def wait_connected(self, timeout_s: float = 30) -> None:
        """Return once the app has an open socket.

        Raises:
            LocalSlackError: none was opened within `timeout_s` seconds.
        """
        await self.until(lambda: self.get("changes", after="-1"), lambda seen: seen["connected"], timeout_s, "a socket")

    async def set_hints(self, hints: Mapping[str, Sequence[str]]) -> None:
        """Show each person (by id) things to try above the composer."""
        await self._call("PUT", "hints", {user: list(lines) for user, lines in hints.items()}, {})

    async def set_usergroups(self, groups: Mapping[str, Sequence[str]]) -> None:
        """Replace the user groups: group id → user ids."""
        await self.post("usergroups", groups={name: list(ids) for name, ids in groups.items()})

    async def change_person(self, name: str, **flags: object) -> None:
        """Change what `users.info`, `users.getPresence` and `dnd.info` say about a person.

        `deleted`, `is_restricted`, `is_ultra_restricted`, `is_stranger`, `dnd` (bool); `presence`,
        `team_id` (str; another team makes the person a Slack Connect stranger in click payloads).
        """
        await self.post("person", user=name, flags=flags)

    async def advance(self, seconds: float) -> None:
        """Let time pass for triggers, acks, retries and response URLs."""
        await self.post("advance", seconds=seconds)

    async def fail_next(self, method: str, error: str, *, times: int = 1) -> None:
        """Answer the next `times` calls of a Web API method with `error` (`ratelimited` is a 429)."""
        await self.post("fault", method=method, error=error, times=times)

    async def refresh_sockets(self) -> None:
        """Ask the app to reconnect, as Slack does every few hours."""
        await self.post("sockets", do="refresh")

    async def drop_sockets(self) -> None:
        """Cut the app's sockets without a word."""
        await self.post("sockets", do="drop")

    async def get(self, path: str, **query: str) -> JsonObject:
        """One GET of the control API."""
        return await self._call("GET", path, None, query)

    async def post(self, path: str, **args: object) -> JsonObject:
        """One POST of the control API.

        Raises:
            LocalSlackError: it was refused; the error says why.
        """
        return await self._call("POST", path, args, {})

    async def until(
        self,
        fetch: Callable[[], Awaitable[JsonObject]],
        found: Callable[[JsonObject], T | None],
        timeout_s: float,
        what: str,
    ) -> T:
        """Fetch until `found` answers with something true; looks again after every change, never by the clock.

        Raises:
            LocalSlackError: `timeout_s` seconds passed first.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            seen = await fetch()
            result = found(seen)
            if result:
                return result
            left = deadline - time.monotonic()
            if left <= 0:
                raise LocalSlackError(action=f"wait for {what}", reason=f"not seen within {timeout_s:g} s")
            await self.get("changes", after=str(seen["count"]), timeout_s=f"{min(left, LONG_POLL_S):.3f}")

    async def _call(self, verb: str, path: str, body: JsonObject | None, query: dict[str, str]) -> JsonObject:
        if self._session is None:
            raise LocalSlackError(action=path, reason="use the player inside `async with`")
        address = f"{self._base}/control/{path}"
        async with self._session.request(verb, address, json=body, params=query) as response:
            answer = as_object(await response.json()) if response.content_type == "application/json" else {}
            if not response.ok:
                reason = text_at(answer, "reason") or f"status {response.status}"
                raise LocalSlackError(action=path, reason=reason)
            return answer


class Actor:
    """One person of the local Slack."""

    def __init__(self, player: Player, name: str) -> None:
        self._player = player
        self.name = name

    async def says(self, text: str, *, thread_ts: str | None = None, channel: str | None = None) -> Sent:
        """Write to the app's direct message, or into a channel without mentioning the app."""
        return await self._say(text, channel, thread_ts, mention=False)

    async def mentions(self, channel: str, text: str, *, thread_ts: str | None = None) -> Sent:
        """Write `@app text` into a channel (id or name)."""
        return await self._say(text, channel, thread_ts, mention=True)

    async def _say(self, text: str, channel: str | None, thread_ts: str | None, *, mention: bool) -> Sent:
        answer = await self._act("say", text=text, channel=channel, thread_ts=thread_ts, mention=mention)
        return Sent(text_at(answer, "channel"), text_at(answer, "ts"))

    async def command(self, name: str, text: str, *, channel: str | None = None) -> Sent:
        """Run a slash command, in the app's direct message unless a channel is named."""
        answer = await self._act("command", name=name, text=text, channel=channel)
        return Sent(text_at(answer, "channel"), "", is_yes(answer.get("acked")), text_at(answer, "error"))

    async def opens_home(self, *, timeout_s: float = 5) -> JsonObject | None:
        """Open the app's Home tab; answers with what the app publishes then, or what was there before."""
        before = await self._act("open-home")

        def published(seen: JsonObject) -> JsonObject:
            return as_object(seen["home"]) if seen["home_version"] != before["version"] else {}

        try:
            return await self._player.until(self._state, published, timeout_s, "a Home tab")
        except LocalSlackError:
            return as_object((await self._state())["home"]) or None

    async def messages(self, channel: str | None = None, *, thread_ts: str | None = None) -> list[Message]:
        """What this person sees in a conversation, oldest first, replies included; or one thread."""
        return _messages(await self._messages(channel, thread_ts))

    async def wait_message(
        self, predicate: Callable[[Message], bool], *, channel: str | None = None, timeout_s: float = 20
    ) -> Message:
        """The newest message this person sees that fits, as soon as there is one.

        Raises:
            LocalSlackError: none came within `timeout_s` seconds.
        """
        return await self._player.until(
            lambda: self._messages(channel, None),
            lambda seen: next((one for one in reversed(_messages(seen)) if predicate(one)), None),
            timeout_s,
            f"a message to {self.name}",
        )

    async def clicks(self, message: Message, action_id: str, *, value: str | None = None) -> ClickResult:
        """Use an element of a message: by action id or its unique beginning, and value where several fit."""
        answer = await self._act("click", channel=message.channel, ts=message.ts, action_id=action_id, value=value)
        return ClickResult(is_yes(answer.get("acked")), text_at(answer, "error"))

    async def clicks_in_view(
        self, view: JsonObject, action_id: str, *, value: str | None = None, values: JsonObject | None = None
    ) -> ClickResult:
        """Use an element of a modal or Home tab; `values` is what the form holds by now."""
        answer = await self._act(
            "click", view_id=text_at(view, "id"), action_id=action_id, value=value, values=values or {}
        )
        return ClickResult(is_yes(answer.get("acked")), text_at(answer, "error"))

    async def view(self) -> JsonObject | None:
        """The modal this person sees, if one is open."""
        return as_object((await self._state())["modal"]) or None

    async def wait_view(self, predicate: Callable[[JsonObject], bool] = bool, *, timeout_s: float = 20) -> JsonObject:
        """The open modal that fits, as soon as there is one.

        Raises:
            LocalSlackError: none was opened within `timeout_s` seconds.
        """

        def found(seen: JsonObject) -> JsonObject:
            modal = as_object(seen["modal"])
            return modal if modal and predicate(modal) else {}

        return await self._player.until(self._state, found, timeout_s, f"a modal of {self.name}")

    async def submits(self, values: Mapping[str, object]) -> SubmitResult:
        """Fill in the open modal by block or action id, and submit it."""
        answer = await self._act("submit", values=dict(values))
        errors = {name: str(text) for name, text in as_object(answer.get("errors")).items()}
        return SubmitResult(is_yes(answer.get("acked")), text_at(answer, "error"), errors)

    async def closes_view(self) -> None:
        """Close the open modal."""
        await self._act("close")

    async def stops(self, message: Message) -> None:
        """Press Stop on the agent session of a message's thread."""
        await self._act("stop", channel=message.channel, thread_ts=message.thread_ts or message.ts)

    async def _act(self, what: str, **args: object) -> JsonObject:
        given = {name: value for name, value in args.items() if value is not None}
        return await self._player.post(what, **{"as": self.name, **given})

    async def _state(self) -> JsonObject:
        return await self._player.get("state", **{"as": self.name})

    async def _messages(self, channel: str | None, thread_ts: str | None) -> JsonObject:
        query = {"as": self.name, "channel": channel or "", "thread": thread_ts or ""}
        return await self._player.get("messages", **query)


def _messages(seen: JsonObject) -> list[Message]:
    return [Message.of(text_at(seen, "channel"), raw) for raw in objects_at(seen, "messages")]


def _listed(answer: JsonObject, name: str) -> list[object]:
    value = answer.get(name)
    return value if isinstance(value, list) else []
