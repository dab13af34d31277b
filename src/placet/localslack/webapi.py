"""The Web API: reads a request the way Slack does, calls the method, answers and takes notes."""

import hmac
import json
from collections.abc import Mapping

from aiohttp import web

from placet.localslack.methods import METHODS
from placet.localslack.wire import JsonObject, Refused, as_object, text_at
from placet.localslack.world import World

APP_LEVEL = frozenset({"apps.connections.open"})
"""Methods that want the app token instead of the bot token."""
BODY_BYTES = 1_000_000
RETRY_AFTER_S = 1
"""What a `ratelimited` answer asks the app to wait."""
REDACTED = "[redacted]"


class WebApi:
    """Handles `POST` and `GET /api/{method}`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one call. Slack answers refusals with status 200 and `{"ok": false}`; so does this."""
        method = request.match_info["method"]
        args: JsonObject = {}
        status, headers = 200, dict[str, str]()
        try:
            args = await _read_args(request)
            self._refuse_if_faulty(method)
            answer = self._call(method, args, _token(request, args))
        except Refused as refusal:
            answer = _refusal(refusal)
            if refusal.error == "ratelimited":
                status, headers = 429, {"Retry-After": str(RETRY_AFTER_S)}
            if refusal.is_breach:
                details = "; ".join(refusal.messages)
                self._world.journal.fail(f"{method}: {refusal.error}{f' ({details})' if details else ''}")
        shown = {name: REDACTED if name == "token" else value for name, value in args.items()}
        self._world.journal.call(method, shown, text_at(answer, "error"), self._world.messages.next_ts())
        return web.json_response(answer, status=status, headers=headers)

    def _refuse_if_faulty(self, method: str) -> None:
        fault = self._world.faults.get(method)
        if fault is not None and fault.times > 0:
            fault.times -= 1
            raise Refused(fault.error)

    def _call(self, method: str, args: JsonObject, token: str) -> JsonObject:
        identity = self._world.workspace.identity
        wanted = identity.app_token if method in APP_LEVEL else identity.bot_token
        if not token:
            raise Refused("not_authed", is_breach=True)
        if not hmac.compare_digest(token.encode(), wanted.encode()):
            other = identity.bot_token if method in APP_LEVEL else identity.app_token
            word = "not_allowed_token_type" if token == other else "invalid_auth"
            raise Refused(word, is_breach=True)
        handler = METHODS.get(method)
        if handler is None:
            raise Refused("unknown_method", is_breach=True)
        return {"ok": True, **handler(self._world, args)}


def _refusal(refusal: Refused) -> JsonObject:
    answer: JsonObject = {"ok": False, "error": refusal.error}
    if refusal.messages:
        answer["errors"] = list(refusal.messages)
        answer["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in refusal.messages]}
    return answer


def _token(request: web.Request, args: Mapping[str, object]) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else text_at(dict(args), "token")


async def _read_args(request: web.Request) -> JsonObject:
    """Arguments from the query and a JSON or form body; JSON inside a form field is unpacked.

    slack_sdk puts most arguments into the query even when it posts, and posts empty bodies.

    Raises:
        Refused: `invalid_json`, `json_not_object` or `invalid_form_data`.
    """
    args: JsonObject = {name: _unpacked(value) for name, value in request.query.items()}
    body = await request.read()
    if not body:
        return args
    try:
        if request.content_type == "application/json":
            parsed = json.loads(body)
        else:
            parsed = {name: _unpacked(value) for name, value in (await request.post()).items()}
    except (ValueError, RecursionError) as error:
        raise Refused("invalid_json", is_breach=True) from error
    if not isinstance(parsed, dict):
        raise Refused("json_not_object", is_breach=True)
    return {**args, **as_object(parsed)}


def _unpacked(value: object) -> object:
    """A form field as text, or what it says if it holds a JSON object or array."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
