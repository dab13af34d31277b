"""Web API methods: assistant.threads.* and agents.sessions.*."""

from collections.abc import Callable

from placet.localslack.sessions import SESSION_STATES, TITLE
from placet.localslack.wire import JsonObject, Refused, as_list, objects_at, text_at
from placet.localslack.world import World

PROMPTS = 4


def _place(world: World, args: JsonObject, *, thread: bool = True) -> tuple[str, str]:
    conversation = world.workspace.conversation(text_at(args, "channel_id"))
    thread_ts = text_at(args, "thread_ts")
    if thread_ts:
        world.messages.get(conversation.id, thread_ts)
    elif thread:
        raise Refused("invalid_arguments", "missing required field: thread_ts", is_breach=True)
    return conversation.id, thread_ts


def _set_status(world: World, args: JsonObject) -> JsonObject:
    session = world.sessions.at(*_place(world, args))
    session.status = text_at(args, "status")
    session.loading_messages = [str(line) for line in as_list(args.get("loading_messages"))]
    world.changes.bump()
    return {}


def _set_suggested_prompts(world: World, args: JsonObject) -> JsonObject:
    prompts = objects_at(args, "prompts")
    whole = all(text_at(prompt, "title") and text_at(prompt, "message") for prompt in prompts)
    if len(prompts) > PROMPTS or not whole:
        raise Refused("invalid_arguments", f"at most {PROMPTS} prompts of title and message", is_breach=True)
    session = world.sessions.at(*_place(world, args, thread=False))
    session.prompts, session.prompts_title = prompts, text_at(args, "title")
    world.changes.bump()
    return {}


def _set_title(world: World, args: JsonObject) -> JsonObject:
    world.sessions.at(*_place(world, args)).title = text_at(args, "title")
    world.changes.bump()
    return {}


def _session_status(world: World, args: JsonObject) -> JsonObject:
    state = text_at(args, "status")
    if state not in SESSION_STATES:
        raise Refused("invalid_arguments", f"status must be one of {sorted(SESSION_STATES)}", is_breach=True)
    session = world.sessions.at(*_place(world, args))
    title = _checked_title(args)
    if not session.state and title:
        session.title = title
    session.state = state
    world.changes.bump()
    return {"status": state, "agent_status": state, "title": session.title}


def _session_rename(world: World, args: JsonObject) -> JsonObject:
    title = _checked_title(args)
    if not title:
        raise Refused("invalid_arguments", "missing required field: title", is_breach=True)
    session = world.sessions.existing(*_place(world, args))
    session.title = title
    world.changes.bump()
    return {"title": title}


def _checked_title(args: JsonObject) -> str:
    title = text_at(args, "title")
    if len(title) > TITLE:
        raise Refused("invalid_arguments", f"title must be less than {TITLE + 1} characters", is_breach=True)
    return title


AGENT_METHODS: dict[str, Callable[[World, JsonObject], JsonObject]] = {
    "assistant.threads.setStatus": _set_status,
    "assistant.threads.setSuggestedPrompts": _set_suggested_prompts,
    "assistant.threads.setTitle": _set_title,
    "agents.sessions.setStatus": _session_status,
    "agents.sessions.rename": _session_rename,
}
