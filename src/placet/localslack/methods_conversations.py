"""Web API methods: conversations.*."""

from collections.abc import Callable

from placet.localslack.messages import Post
from placet.localslack.wire import JsonObject, Refused, is_yes, text_at
from placet.localslack.workspace import CREATED_EPOCH_S, Conversation, DirectMessage
from placet.localslack.world import World

PAGE = 100
MAX_PAGE = 999


def describe(world: World, conversation: Conversation) -> JsonObject:
    """The conversation object of conversations.info."""
    workspace = world.workspace
    shown: JsonObject = {"id": conversation.id, "created": CREATED_EPOCH_S, "is_archived": False}
    shown |= {"context_team_id": workspace.identity.team_id, "is_org_shared": False}
    if isinstance(conversation, DirectMessage):
        partner = conversation.partner_of(workspace.bot.id)
        return shown | {"is_im": True, "user": partner, "is_user_deleted": False, "priority": 0}
    return shown | {
        "name": conversation.name,
        "name_normalized": conversation.name,
        "is_channel": not conversation.is_private,
        "is_group": conversation.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": conversation.is_private,
        "is_general": conversation.name == "general",
        "is_shared": conversation.is_ext_shared,
        "is_ext_shared": conversation.is_ext_shared,
        "is_pending_ext_shared": False,
        "is_member": True,
        "creator": workspace.bot.id,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def _info(world: World, args: JsonObject) -> JsonObject:
    conversation = _visible(world, text_at(args, "channel"))
    shown = describe(world, conversation)
    if is_yes(args.get("include_num_members")):
        shown["num_members"] = len(world.workspace.members_of(conversation))
    return {"channel": shown}


def _open(world: World, args: JsonObject) -> JsonObject:
    if channel := text_at(args, "channel"):
        conversation = _visible(world, channel)
    else:
        users = [user for user in text_at(args, "users").split(",") if user]
        if len(users) != 1:
            raise Refused("method_not_supported_for_channel_type" if users else "users_list_not_supplied")
        person = world.workspace.user(users[0])
        if world.workspace.standing[person.id].deleted:
            raise Refused("user_disabled")
        conversation = world.workspace.dm(world.workspace.bot.id, person.id)
    shown = describe(world, conversation) if is_yes(args.get("return_im")) else {"id": conversation.id}
    return {"channel": shown}


def _history(world: World, args: JsonObject) -> JsonObject:
    conversation = _visible(world, text_at(args, "channel"))
    newest_first = world.messages.top_level(conversation.id)[::-1]
    return _page(world, _between(newest_first, args), args)


def _replies(world: World, args: JsonObject) -> JsonObject:
    conversation = _visible(world, text_at(args, "channel"))
    post = world.messages.get(conversation.id, text_at(args, "ts"))
    thread = world.messages.thread(conversation.id, post.thread_ts or post.ts)
    return _page(world, _between(thread, args), args)


def _visible(world: World, named: str) -> Conversation:
    conversation = world.workspace.conversation(named)
    if world.workspace.bot.id not in world.workspace.members_of(conversation):
        raise Refused("channel_not_found")
    return conversation


def _between(posts: list[Post], args: JsonObject) -> list[Post]:
    oldest, latest = text_at(args, "oldest"), text_at(args, "latest")
    inclusive = is_yes(args.get("inclusive"))
    return [
        post
        for post in posts
        if (not oldest or post.ts > oldest or (inclusive and post.ts == oldest))
        and (not latest or post.ts < latest or (inclusive and post.ts == latest))
    ]


def _page(world: World, posts: list[Post], args: JsonObject) -> JsonObject:
    try:
        limit = int(str(args.get("limit") or PAGE))
        start = int(text_at(args, "cursor") or 0)
    except ValueError as error:
        raise Refused("invalid_cursor") from error
    limit = min(max(limit, 1), MAX_PAGE)
    end = start + limit
    has_more = end < len(posts)
    return {
        "messages": [world.messages.with_thread(post) for post in posts[start:end]],
        "has_more": has_more,
        "response_metadata": {"next_cursor": str(end) if has_more else ""},
    }


CONVERSATION_METHODS: dict[str, Callable[[World, JsonObject], JsonObject]] = {
    "conversations.info": _info,
    "conversations.open": _open,
    "conversations.history": _history,
    "conversations.replies": _replies,
}
