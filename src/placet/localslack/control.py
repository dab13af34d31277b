"""The control API: how the page and the test kit act as people. Loopback only, never part of real Slack."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from placet.errors import LocalSlackError
from placet.localslack import snapshot
from placet.localslack.events import send_home_opened, send_session_stopped
from placet.localslack.interactions import Click, click_message, click_view, close_view, run_command, submit_view
from placet.localslack.posting import post_as_person
from placet.localslack.wire import JsonObject, Refused, as_list, as_object, is_yes, text_at
from placet.localslack.world import Fault, World

LONGEST_WAIT_S = 30.0
Act = Callable[[World, JsonObject], Awaitable[JsonObject]]


class Control:
    """Routes under `/control/`. A refusal is status 409 with `error` and `reason`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """Every route of the control API."""
        acts = [web.post(f"/control/{name}", self._acting(act)) for name, act in ACTS.items()]
        return [
            *acts,
            web.get("/control/state", self._state),
            web.get("/control/messages", self._messages),
            web.get("/control/traffic", self._traffic),
            web.get("/control/failures", self._failures),
            web.get("/control/changes", self._changes),
            web.get("/control/stream", self._stream),
            web.put("/control/hints", self._hints),
        ]

    def _acting(self, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            try:
                answer = await act(self._world, await _body(request))
            except Refused as refusal:
                reason = "; ".join(refusal.messages) or refusal.error
                return web.json_response({"error": refusal.error, "reason": reason}, status=409)
            except LocalSlackError as refusal:
                return web.json_response({"error": refusal.code, "reason": str(refusal)}, status=409)
            return web.json_response(answer)

        return handle

    async def _state(self, request: web.Request) -> web.Response:
        query = request.query
        try:
            state = snapshot.state(self._world, query.get("as", ""), query.get("channel", ""), query.get("thread", ""))
        except (Refused, LocalSlackError) as refusal:
            return web.json_response({"error": "unknown", "reason": str(refusal)}, status=409)
        return web.json_response(state)

    async def _messages(self, request: web.Request) -> web.Response:
        query = request.query
        try:
            user = self._world.workspace.person(query.get("as", ""))
            channel = query.get("channel", "") or self._dm_of(user.id)
            conversation = self._world.workspace.conversation(channel)
            posts = snapshot.posts(self._world, user.id, conversation.id, query.get("thread", ""))
        except (Refused, LocalSlackError) as refusal:
            return web.json_response({"error": "unknown", "reason": str(refusal)}, status=409)
        return web.json_response({"count": self._world.changes.count, "channel": conversation.id, "messages": posts})

    async def _traffic(self, request: web.Request) -> web.Response:
        calls = [call for call in self._world.journal.traffic if int(str(call["seq"])) > _after(request)]
        return web.json_response({"count": self._world.changes.count, "traffic": calls})

    async def _failures(self, _request: web.Request) -> web.Response:
        return web.json_response({"failures": self._world.journal.failures})

    async def _changes(self, request: web.Request) -> web.Response:
        timeout_s = min(float(request.query.get("timeout_s", LONGEST_WAIT_S)), LONGEST_WAIT_S)
        count = await self._world.changes.after(_after(request), timeout_s)
        return web.json_response({"count": count, "connected": self._world.hub.connected})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the change counter, whenever it grew."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        stream = web.StreamResponse(headers=headers)
        await stream.prepare(request)
        seen = -1
        try:
            while True:
                seen = await self._world.changes.after(seen, LONGEST_WAIT_S)
                await stream.write(f"data: {seen}\n\n".encode())
        except (ConnectionError, asyncio.CancelledError):
            return stream

    async def _hints(self, request: web.Request) -> web.Response:
        hints = await _body(request)
        self._world.hints = {user: [str(line) for line in as_list(lines)] for user, lines in hints.items()}
        self._world.changes.bump()
        return web.json_response({})

    def _dm_of(self, user_id: str) -> str:
        return self._world.workspace.dm(self._world.workspace.bot.id, user_id).id


def _after(request: web.Request) -> int:
    value = request.query.get("after", "-1")
    return int(value) if value.lstrip("-").isdigit() else -1


async def _body(request: web.Request) -> JsonObject:
    try:
        return as_object(json.loads(await request.read() or b"{}"))
    except ValueError as error:
        raise web.HTTPBadRequest(text="not JSON") from error


def _who(world: World, args: JsonObject) -> str:
    """The acting person's id; deactivated people and bots cannot act."""
    user = world.workspace.person(text_at(args, "as"))
    if world.workspace.standing[user.id].deleted or user.is_bot:
        raise LocalSlackError(action=f"act as {user.name}", reason="deactivated people and bots cannot act")
    return user.id


async def _say(world: World, args: JsonObject) -> JsonObject:
    user_id = _who(world, args)
    channel = text_at(args, "channel") or world.workspace.dm(world.workspace.bot.id, user_id).id
    text = text_at(args, "text")
    if is_yes(args.get("mention")):
        text = f"@{world.workspace.bot.name} {text}"
    conversation = world.workspace.conversation(channel)
    post = post_as_person(world, user_id, conversation, text, text_at(args, "thread_ts"))
    return {"channel": post.channel, "ts": post.ts}


async def _command(world: World, args: JsonObject) -> JsonObject:
    user_id = _who(world, args)
    channel = text_at(args, "channel") or world.workspace.dm(world.workspace.bot.id, user_id).id
    outcome = await run_command(world, user_id, text_at(args, "name"), text_at(args, "text"), channel)
    return {"channel": world.workspace.conversation(channel).id, **outcome.raw()}


async def _click(world: World, args: JsonObject) -> JsonObject:
    user_id = _who(world, args)
    value = args.get("value")
    click = Click(text_at(args, "action_id"), text_at(args, "block_id"), None if value is None else str(value))
    if view_id := text_at(args, "view_id"):
        view = world.views.find(view_id=view_id)
        if view.user_id != user_id:
            raise Refused("not_found", "this view is another person's")
        return (await click_view(world, user_id, view, click, as_object(args.get("values")))).raw()
    return (await click_message(world, user_id, text_at(args, "channel"), text_at(args, "ts"), click)).raw()


async def _submit(world: World, args: JsonObject) -> JsonObject:
    return (await submit_view(world, _who(world, args), as_object(args.get("values")))).raw()


async def _close(world: World, args: JsonObject) -> JsonObject:
    return (await close_view(world, _who(world, args), everything=is_yes(args.get("all")))).raw()


async def _open_home(world: World, args: JsonObject) -> JsonObject:
    user_id = _who(world, args)
    send_home_opened(world, user_id, text_at(args, "tab") or "home")
    home = world.views.home(user_id)
    return {"version": home.version if home else 0}


async def _stop(world: World, args: JsonObject) -> JsonObject:
    user_id = _who(world, args)
    send_session_stopped(world, user_id, text_at(args, "channel"), text_at(args, "thread_ts"))
    return {}


async def _read(world: World, args: JsonObject) -> JsonObject:
    user_id, channel = _who(world, args), text_at(args, "channel")
    if world.messages.mark_read(user_id, channel, world.messages.last_ts(channel, user_id)):
        world.changes.bump()
    return {}


async def _change_person(world: World, args: JsonObject) -> JsonObject:
    user = world.workspace.person(text_at(args, "user"))
    standing = world.workspace.standing[user.id]
    for name, value in as_object(args.get("flags")).items():
        if not hasattr(standing, name) or not isinstance(value, type(getattr(standing, name))):
            raise LocalSlackError(action=f"set {name}", reason="no such flag, or a value of another kind")
        setattr(standing, name, value)
    world.changes.bump()
    return {}


async def _usergroups(world: World, args: JsonObject) -> JsonObject:
    groups = as_object(args.get("groups"))
    world.workspace.set_usergroups({name: [str(one) for one in as_list(ids)] for name, ids in groups.items()})
    return {}


async def _advance(world: World, args: JsonObject) -> JsonObject:
    world.clock.advance(float(str(args.get("seconds", 0))))
    return {}


async def _fault(world: World, args: JsonObject) -> JsonObject:
    times = args.get("times", 1)
    world.faults[text_at(args, "method")] = Fault(text_at(args, "error"), times if isinstance(times, int) else 1)
    return {}


async def _sockets(world: World, args: JsonObject) -> JsonObject:
    await (world.hub.drop() if text_at(args, "do") == "drop" else world.hub.refresh())
    return {"connected": world.hub.connected}


ACTS: dict[str, Act] = {
    "say": _say,
    "command": _command,
    "click": _click,
    "submit": _submit,
    "close": _close,
    "open-home": _open_home,
    "stop": _stop,
    "read": _read,
    "person": _change_person,
    "usergroups": _usergroups,
    "advance": _advance,
    "fault": _fault,
    "sockets": _sockets,
}
