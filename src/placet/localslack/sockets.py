"""Socket Mode: web sockets to the app, envelopes, acknowledgements and retries.

Wire shapes follow slack_sdk 3.47 (`socket_mode/request.py`, `response.py`, `aiohttp/__init__.py`) and
docs.slack.dev/apis/events-api/using-socket-mode.
"""

import asyncio
import json
import secrets
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from placet.localslack.changes import Changes
from placet.localslack.clock import Clock
from placet.localslack.wire import JsonObject, as_object, text_at

ACK_WITHIN_S = 3.0
RETRY_AFTER_S = (0.0, 60.0, 300.0)
"""Slack's schedule for an event nobody acknowledged: at once, after one minute, after five."""
MAX_SOCKETS = 10


@dataclass(frozen=True)
class Ack:
    """What came back for one envelope. `error` is empty, `operation_timeout` or `dispatch_failed`."""

    acked: bool
    payload: JsonObject = field(default_factory=dict)
    error: str = ""


@dataclass(eq=False)
class Connection:
    """One socket of the app. `leaving` ones were told to go and get nothing new."""

    socket: web.WebSocketResponse
    pending: dict[str, asyncio.Future[object]] = field(default_factory=dict)
    leaving: bool = False

    async def send(self, message: JsonObject) -> None:
        """Send one JSON message; a socket that just died is noticed by its reader."""
        try:
            await self.socket.send_str(json.dumps(message))
        except (ConnectionError, RuntimeError):
            self.leaving = True


class SocketHub:
    """The app's sockets. Envelopes go to one of them, in turn."""

    def __init__(self, clock: Clock, changes: Changes, app_id: str) -> None:
        self._clock = clock
        self._changes = changes
        self._app_id = app_id
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._available = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = 0

    @property
    def connected(self) -> int:
        """How many sockets can receive envelopes."""
        return len(self._ready())

    def ticket(self) -> str:
        """A single-use ticket for one socket, as apps.connections.open puts into its URL."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Run one socket from hello to close. Answers 403 without an unused ticket."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="unknown or used ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(max_msg_size=1_000_000)
        await socket.prepare(request)
        connection = Connection(socket)
        if self.connected >= MAX_SOCKETS:
            await connection.send(_goodbye("too_many_websockets"))
            await socket.close()
            return socket
        self._connections.append(connection)
        await connection.send(self._hello())
        self._note_change()
        try:
            await self._read(connection)
        finally:
            self._forget(connection)
        return socket

    async def _read(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                answer = as_object(json.loads(message.data))
            except ValueError:
                continue
            waiting = connection.pending.pop(text_at(answer, "envelope_id"), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(as_object(answer.get("payload")))

    def _hello(self) -> JsonObject:
        return {
            "type": "hello",
            "num_connections": self.connected,
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "local", "build_number": 1, "approximate_connection_time": 18_060},
        }

    def _forget(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
        for waiting in connection.pending.values():
            if not waiting.done():
                waiting.cancel()
        self._note_change()

    def _ready(self) -> list[Connection]:
        return [
            connection for connection in self._connections if not connection.leaving and not connection.socket.closed
        ]

    def _note_change(self) -> None:
        if self._ready():
            self._available.set()
        else:
            self._available.clear()
        self._changes.bump()

    def _next(self) -> Connection | None:
        ready = self._ready()
        if not ready:
            self._available.clear()
            return None
        self._turn += 1
        return ready[self._turn % len(ready)]

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every socket to reconnect, as Slack does every few hours. Nothing is lost meanwhile."""
        for connection in self._ready():
            connection.leaving = True
            await connection.send(_goodbye(reason))
        self._note_change()

    async def drop(self) -> None:
        """Cut every socket without a word. Events that were not acknowledged are delivered again."""
        for connection in list(self._connections):
            connection.leaving = True
            await connection.socket.close(code=1001)
        self._note_change()

    async def stop(self) -> None:
        """Close every socket and give up every delivery."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in list(self._connections):
            await connection.socket.close()

    async def ask(self, kind: str, payload: JsonObject, *, wants_answer: bool) -> Ack:
        """Send an interaction or command once and wait for its acknowledgement, 3 s at most."""
        connection = self._next()
        if connection is None:
            return Ack(acked=False, error="dispatch_failed")
        envelope = _envelope(kind, payload, wants_answer=wants_answer)
        answer = await self._send(connection, envelope)
        if answer is None:
            return Ack(acked=False, error="operation_timeout")
        return Ack(acked=True, payload=answer if wants_answer else {})

    def tell(self, payload: JsonObject) -> None:
        """Deliver an event in the background, again and again as Slack does, until acknowledged."""
        self.run(self._deliver(payload))

    def run(self, work: Coroutine[object, object, None]) -> None:
        """Run background work that ends with this hub."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, payload: JsonObject) -> None:
        pauses = iter(RETRY_AFTER_S)
        attempt = 0
        while True:
            connection = await self._wait_for_connection()
            sent_s = self._clock.now_s()
            envelope = _envelope("events_api", payload, wants_answer=False)
            envelope |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
            if await self._send(connection, envelope) is not None:
                return
            # A lost socket costs no place in the schedule: the event waits for the next one.
            if connection in self._ready():
                pause = next(pauses, None)
                if pause is None:
                    return
                await self._clock.sleep_until(sent_s + ACK_WITHIN_S + pause)
            attempt += 1

    async def _wait_for_connection(self) -> Connection:
        while (connection := self._next()) is None:
            await self._available.wait()
        return connection

    async def _send(self, connection: Connection, envelope: JsonObject) -> JsonObject | None:
        due_s = self._clock.now_s() + ACK_WITHIN_S
        waiting: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        connection.pending[text_at(envelope, "envelope_id")] = waiting
        await connection.send(envelope)
        if await self._clock.answered(waiting, due_s) and not waiting.cancelled():
            return as_object(waiting.result())
        return None


def _envelope(kind: str, payload: JsonObject, *, wants_answer: bool) -> JsonObject:
    return {
        "envelope_id": str(uuid.uuid4()),
        "type": kind,
        "payload": payload,
        "accepts_response_payload": wants_answer,
    }


def _goodbye(reason: str) -> JsonObject:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}}
