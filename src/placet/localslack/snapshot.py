"""What one person sees, as plain JSON: for the page and for the test kit."""

from placet.errors import LocalSlackError
from placet.localslack.messages import Post
from placet.localslack.wire import JsonObject
from placet.localslack.workspace import Conversation, DirectMessage, LocalUser
from placet.localslack.world import World


def state(world: World, named: str, channel: str, thread_ts: str) -> JsonObject:
    """Everything the page draws for the acting person (default: the first one).

    Raises:
        Refused: there is no such conversation.
        LocalSlackError: there is no such person.
    """
    workspace = world.workspace
    people = workspace.people()
    if not named and not people:
        raise LocalSlackError(action="show the page", reason="nobody is in the workspace")
    user = workspace.person(named or people[0].id)
    open_at = workspace.conversation(channel) if channel else workspace.dm(workspace.bot.id, user.id)
    if user.id not in workspace.members_of(open_at):
        open_at = workspace.dm(workspace.bot.id, user.id)
    modal, home = world.views.top(user.id), world.views.home(user.id)
    return {
        "count": world.changes.count,
        "connected": world.hub.connected,
        "team": workspace.identity.team_name,
        "app": _person(world, workspace.bot),
        "me": user.id,
        "users": {one.id: _person(world, one) for one in workspace.users.values()},
        "people": [one.id for one in people],
        "unread_by_person": {one.id: _unread_dms(world, one.id) for one in people},
        "conversations": [_conversation(world, user.id, one) for one in workspace.conversations_of(user.id)],
        "channel": open_at.id,
        "messages": [_post(world, post) for post in world.messages.top_level(open_at.id, user.id)],
        "thread": _thread(world, user.id, open_at, thread_ts),
        "modal": modal.raw() if modal else None,
        "modal_depth": len(world.views.stack(user.id)),
        "home": home.raw() if home else None,
        "home_version": home.version if home else 0,
        "sessions": world.sessions.of(open_at.id),
        "hints": world.hints.get(user.id, []),
        "calls": world.journal.traffic[-1]["seq"] if world.journal.traffic else 0,
        "failures": len(world.journal.failures),
    }


def posts(world: World, user_id: str, channel: str, thread_ts: str = "") -> list[JsonObject]:
    """Every message the person sees in a conversation, replies included, or those of one thread."""
    if thread_ts:
        return [_post(world, post) for post in world.messages.thread(channel, thread_ts, user_id)]
    return [_post(world, post) for post in world.messages.history(channel, user_id)]


def _post(world: World, post: Post) -> JsonObject:
    return {**world.messages.with_thread(post), "is_ephemeral": bool(post.only_for)}


def _thread(world: World, user_id: str, conversation: Conversation, thread_ts: str) -> JsonObject | None:
    if not thread_ts:
        return None
    return {"ts": thread_ts, "messages": posts(world, user_id, conversation.id, thread_ts)}


def _person(world: World, user: LocalUser) -> JsonObject:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "title": user.title,
        "is_bot": user.is_bot,
        "deleted": world.workspace.standing[user.id].deleted,
    }


def _conversation(world: World, user_id: str, conversation: Conversation) -> JsonObject:
    shown: JsonObject = {"id": conversation.id, "unread": world.messages.unread(user_id, conversation.id)}
    if isinstance(conversation, DirectMessage):
        partner = conversation.partner_of(user_id)
        return shown | {"kind": "app" if partner == world.workspace.bot.id else "im", "user": partner}
    return shown | {
        "kind": "channel",
        "name": conversation.name,
        "is_private": conversation.is_private,
        "is_ext_shared": conversation.is_ext_shared,
    }


def _unread_dms(world: World, user_id: str) -> int:
    return sum(
        world.messages.unread(user_id, conversation.id)
        for conversation in world.workspace.conversations_of(user_id)
        if isinstance(conversation, DirectMessage)
    )
