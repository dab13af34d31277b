"""Events as the Events API wraps them (docs.slack.dev/apis/events-api)."""

import re
import secrets
import time

from placet.localslack.messages import Post
from placet.localslack.wire import JsonObject
from placet.localslack.workspace import Conversation, DirectMessage, LocalChannel, Workspace
from placet.localslack.world import World

_URL = re.compile(r"(?<![<|])\bhttps?://[^\s<>|]+[^\s<>|.,;:!?)\]]")
_EMAIL = re.compile(r"(?<![\w.+:|-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<![\w@])@([\w.-]+)")


def as_typed(text: str, workspace: Workspace) -> str:
    """What Slack makes of typed text: & < > escaped, addresses linked, `@handle` turned into a mention."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    handles = {user.name: user.id for user in workspace.users.values()}

    def mention(match: re.Match[str]) -> str:
        name = match.group(1)
        trailing = name[len(name.rstrip(".-")) :]
        user_id = handles.get(name.rstrip(".-"))
        return f"<@{user_id}>{trailing}" if user_id else match.group()

    linked = _URL.sub(lambda match: f"<{match.group()}>", escaped)
    mailed = _EMAIL.sub(lambda match: f"<mailto:{match.group()}|{match.group()}>", linked)
    return _HANDLE.sub(mention, mailed)


def channel_type(conversation: Conversation) -> str:
    """Slack's word for the kind of conversation."""
    if isinstance(conversation, DirectMessage):
        return "im"
    return "group" if conversation.is_private else "channel"


def rich_text(text: str) -> list[JsonObject]:
    """The blocks Slack puts beside the text of a message a person typed."""
    line = {"type": "text", "text": text}
    section = {"type": "rich_text_section", "elements": [line]}
    return [{"type": "rich_text", "block_id": secrets.token_hex(3)[:5], "elements": [section]}]


def send_event(world: World, event: JsonObject, *, shared: bool = False) -> None:
    """Wrap an event and deliver it over Socket Mode, with retries."""
    workspace = world.workspace
    team_id = workspace.identity.team_id
    authorization = {
        "enterprise_id": None,
        "team_id": team_id,
        "user_id": workspace.bot.id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    world.hub.tell(
        {
            "token": workspace.identity.verification_token,
            "team_id": team_id,
            "context_team_id": team_id,
            "context_enterprise_id": None,
            "api_app_id": workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(time.time()),
            "authorizations": [authorization],
            "is_ext_shared_channel": shared,
            "event_context": f"4-{secrets.token_hex(12)}",
        }
    )


def send_message_event(world: World, conversation: Conversation, post: Post) -> None:
    """Tell the app about a new message: `message` in its direct messages, `app_mention` in channels."""
    event = _message_event(world, post)
    if isinstance(conversation, DirectMessage):
        if world.workspace.bot.id in conversation.members:
            send_event(world, {**event, "channel_type": "im"})
        return
    if f"<@{world.workspace.bot.id}>" in post.text and not post.is_bot:
        send_event(world, {**event, "type": "app_mention"}, shared=conversation.is_ext_shared)


def _message_event(world: World, post: Post) -> JsonObject:
    event = {**world.messages.with_thread(post), "channel": post.channel, "event_ts": post.ts}
    event["team"] = post.team
    if not post.is_bot:
        event["client_msg_id"] = secrets.token_hex(16)
    for figure in ("reply_count", "reply_users", "reply_users_count", "latest_reply", "subscribed"):
        event.pop(figure, None)
    return event


def send_changed_event(world: World, conversation: Conversation, post: Post, before: JsonObject) -> None:
    """Tell the app that a message in its direct messages changed, its own included, as Slack does."""
    if isinstance(conversation, LocalChannel) or world.workspace.bot.id not in conversation.members:
        return
    send_event(
        world,
        {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "message": world.messages.with_thread(post),
            "previous_message": before,
            "channel": post.channel,
            "channel_type": "im",
            "ts": (now := world.messages.next_ts()),
            "event_ts": now,
        },
    )


def send_deleted_event(world: World, conversation: Conversation, before: JsonObject) -> None:
    """Tell the app that a message in its direct messages was deleted."""
    if isinstance(conversation, LocalChannel) or world.workspace.bot.id not in conversation.members:
        return
    send_event(
        world,
        {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "deleted_ts": before.get("ts"),
            "previous_message": before,
            "channel": conversation.id,
            "channel_type": "im",
            "ts": (now := world.messages.next_ts()),
            "event_ts": now,
        },
    )


def send_home_opened(world: World, user_id: str, tab: str) -> None:
    """Tell the app that a person opened its Home or Messages tab."""
    event: JsonObject = {
        "type": "app_home_opened",
        "user": user_id,
        "channel": world.workspace.dm(world.workspace.bot.id, user_id).id,
        "tab": tab,
        "event_ts": world.messages.next_ts(),
    }
    home = world.views.home(user_id)
    if tab == "home" and home is not None:
        event["view"] = home.raw()
    send_event(world, event)


def send_session_stopped(world: World, user_id: str, channel: str, thread_ts: str) -> None:
    """Tell the app that a person pressed Stop on its running session."""
    event: JsonObject = {
        "type": "agent_session_stopped",
        "channel": channel,
        "thread_ts": thread_ts,
        "user": user_id,
        "streaming_message_ts": [],
        "event_ts": world.messages.next_ts(),
    }
    send_event(world, event)
