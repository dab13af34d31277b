"""What people do: click, submit, close, run a command, open the Home tab."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field

from placet.localslack.answers import answer_submission
from placet.localslack.events import channel_type
from placet.localslack.forms import client_errors, first_state, state_of, stateful, typed_state
from placet.localslack.messages import Post, elements_of
from placet.localslack.posting import respond
from placet.localslack.views import View
from placet.localslack.wire import JsonObject, Refused, as_object, objects_at, text_at
from placet.localslack.workspace import Conversation, DirectMessage
from placet.localslack.world import World


@dataclass(frozen=True)
class Outcome:
    """How it went for the person. `error` is empty, or what Slack would show; `errors` are per field."""

    acked: bool
    error: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def raw(self) -> JsonObject:
        """For the control API."""
        return {"acked": self.acked, "error": self.error, "errors": dict(self.errors)}


@dataclass(frozen=True)
class Click:
    """Which element: by `action_id` (a unique beginning is enough), block and value where several fit."""

    action_id: str
    block_id: str = ""
    value: str | None = None


async def click_message(world: World, user_id: str, channel: str, ts: str, click: Click) -> Outcome:
    """A person uses an element of a message; answers when the app acknowledged or 3 s have passed.

    Raises:
        Refused: no such message for this person, or not exactly one element fits.
    """
    conversation = world.workspace.conversation(channel)
    post = world.messages.get(conversation.id, ts)
    if user_id not in world.workspace.members_of(conversation) or post.only_for not in ("", user_id):
        raise Refused("message_not_found")
    payload = _clicked(world, user_id, _find_element(post.blocks, click))
    payload |= _message_place(world, conversation, post)
    payload["response_url"] = world.response_url(conversation.id, user_id, post.ts, post.thread_ts)
    ack = await world.hub.ask("interactive", payload, wants_answer=False)
    return Outcome(ack.acked, ack.error)


async def click_view(world: World, user_id: str, view: View, click: Click, typed: JsonObject) -> Outcome:
    """A person uses an element of a modal or Home tab. `typed` is what the form holds by now."""
    blocks = objects_at(view.body, "blocks")
    found = _find_element(blocks, click)
    view.values = state_of(blocks, typed)
    payload = _clicked(world, user_id, found)
    payload["container"] = {"type": "view", "view_id": view.id}
    payload |= {"view": view.raw(), "state": {"values": view.values}}
    ack = await world.hub.ask("interactive", payload, wants_answer=False)
    return Outcome(ack.acked, ack.error)


async def submit_view(world: World, user_id: str, typed: Mapping[str, object]) -> Outcome:
    """A person submits the open modal.

    Required fields and lengths are checked first, as Slack's client does, without asking the app.

    Raises:
        Refused: `not_found`, when no modal is open.
        LocalSlackError: `typed` names a field or option that is not there.
    """
    view = world.views.top(user_id)
    if view is None:
        raise Refused("not_found", "no modal is open")
    blocks = objects_at(view.body, "blocks")
    view.values = state_of(blocks, typed)
    errors = client_errors(blocks, view.values)
    if errors:
        return Outcome(acked=False, error="form_invalid", errors=errors)
    payload = {"type": "view_submission", "user": world.workspace.payload_user(user_id), **world.common()}
    payload |= {"trigger_id": world.triggers.issue(user_id), "view": view.raw(), "response_urls": []}
    ack = await world.hub.ask("interactive", payload, wants_answer=True)
    if not ack.acked:
        return Outcome(acked=False, error=ack.error)
    try:
        errors = answer_submission(world, view, ack.payload)
    except Refused as refusal:
        details = "; ".join(refusal.messages)
        world.journal.fail(f"view_submission answer: {refusal.error}{f' ({details})' if details else ''}")
        return Outcome(acked=True, error=refusal.error)
    return Outcome(acked=True, error="errors" if errors else "", errors=errors)


async def close_view(world: World, user_id: str, *, everything: bool = False) -> Outcome:
    """A person closes the open modal; the app hears of it if it asked to (`notify_on_close`).

    Raises:
        Refused: `not_found`, when no modal is open.
    """
    view = world.views.top(user_id)
    if view is None:
        raise Refused("not_found", "no modal is open")
    clears = everything or bool(view.body.get("clear_on_close"))
    closed = world.views.close(view, everything=clears)
    world.changes.bump()
    outcome = Outcome(acked=True)
    for gone in reversed(closed):
        if gone.body.get("notify_on_close"):
            payload = {"type": "view_closed", "user": world.workspace.payload_user(user_id), **world.common()}
            payload |= {"view": gone.raw(), "is_cleared": clears}
            ack = await world.hub.ask("interactive", payload, wants_answer=False)
            outcome = Outcome(ack.acked, ack.error)
    return outcome


async def run_command(world: World, user_id: str, name: str, text: str, channel: str) -> Outcome:
    """A person runs a slash command; the app's answer, if any, appears in the conversation.

    Raises:
        Refused: the person is not in that conversation.
    """
    conversation = world.workspace.conversation(channel)
    if user_id not in world.workspace.members_of(conversation):
        raise Refused("not_in_channel")
    identity = world.workspace.identity
    user = world.workspace.users[user_id]
    payload: JsonObject = {
        "token": identity.verification_token,
        "team_id": identity.team_id,
        "team_domain": identity.team_domain,
        "channel_id": conversation.id,
        "channel_name": channel_name(conversation),
        "user_id": user_id,
        "user_name": user.name,
        "command": name if name.startswith("/") else f"/{name}",
        "text": text,
        "api_app_id": world.workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": world.response_url(conversation.id, user_id),
        "trigger_id": world.triggers.issue(user_id),
    }
    ack = await world.hub.ask("slash_commands", payload, wants_answer=True)
    if not ack.acked:
        return Outcome(acked=False, error=ack.error)
    if text_at(ack.payload, "text") or ack.payload.get("blocks"):
        try:
            respond(world, conversation.id, user_id, "", ack.payload)
        except Refused as refusal:
            world.journal.fail(f"{payload['command']} answer: {refusal.error}")
            return Outcome(acked=True, error=refusal.error)
    return Outcome(acked=True)


def channel_name(conversation: Conversation) -> str:
    """The name interaction payloads use for a conversation."""
    if isinstance(conversation, DirectMessage):
        return "directmessage"
    return "privategroup" if channel_type(conversation) == "group" else conversation.name


def _find_element(blocks: list[JsonObject], click: Click) -> tuple[JsonObject, JsonObject, str | None]:
    """The one element that is meant, with its block and the chosen value.

    Raises:
        Refused: `action_not_found` or `action_ambiguous`, with the elements that are there.
    """
    there = [(block, element) for block in blocks for element in elements_of(block)]
    fits = [(b, e) for b, e in there if text_at(e, "action_id") == click.action_id]
    if not fits:
        fits = [(b, e) for b, e in there if text_at(e, "action_id").startswith(click.action_id)]
    if click.block_id:
        fits = [(b, e) for b, e in fits if text_at(b, "block_id") == click.block_id]
    if len(fits) > 1 and click.value is not None:
        fits = [(b, e) for b, e in fits if text_at(e, "value") == click.value]
    if len(fits) != 1:
        known = ", ".join(sorted({text_at(element, "action_id") for _, element in there})) or "none"
        word = "action_ambiguous" if fits else "action_not_found"
        raise Refused(word, f"`{click.action_id}` fits {len(fits)} elements; the actions are {known}")
    block, element = fits[0]
    return block, element, click.value


def _clicked(world: World, user_id: str, found: tuple[JsonObject, JsonObject, str | None]) -> JsonObject:
    """What every block_actions payload holds, wherever the element sits."""
    block, element, chosen = found
    kind = text_at(element, "type")
    action: JsonObject = {
        "type": kind,
        "action_id": element.get("action_id"),
        "block_id": block.get("block_id"),
        "action_ts": world.messages.next_ts(),
    }
    if kind == "button":
        action |= {name: copy.deepcopy(element[name]) for name in ("text", "value", "style", "url") if name in element}
    elif kind == "overflow":
        action |= {"selected_option": typed_state({**element, "type": "static_select"}, chosen)["selected_option"]}
    else:
        action |= first_state(element) if chosen is None else typed_state(element, chosen)
    return {
        "type": "block_actions",
        "user": world.workspace.payload_user(user_id),
        **world.common(),
        "trigger_id": world.triggers.issue(user_id),
        "actions": [action],
    }


def _message_place(world: World, conversation: Conversation, post: Post) -> JsonObject:
    """The container, channel, message and state of a click in a message.

    A click in an ephemeral message carries no `message`, as in Slack.
    """
    container: JsonObject = {
        "type": "message",
        "message_ts": post.ts,
        "channel_id": conversation.id,
        "is_ephemeral": bool(post.only_for),
    }
    if post.thread_ts:
        container["thread_ts"] = post.thread_ts
    values: JsonObject = {}
    for block, element in stateful(post.blocks):
        entries = as_object(values.setdefault(text_at(block, "block_id"), {}))
        entries[text_at(element, "action_id")] = first_state(element)
    place: JsonObject = {
        "container": container,
        "channel": {"id": conversation.id, "name": channel_name(conversation)},
        "state": {"values": values},
    }
    if not post.only_for:
        place["message"] = world.messages.with_thread(post)
    return place
