"""Web API methods: chat.*."""

from collections.abc import Callable

from placet.localslack.messages import Post
from placet.localslack.posting import change_post, delete_post, post_as_app
from placet.localslack.wire import JsonObject, Refused, text_at
from placet.localslack.workspace import Conversation
from placet.localslack.world import World


def _post_message(world: World, args: JsonObject) -> JsonObject:
    post = post_as_app(world, _conversation(world, args), args)
    return {"channel": post.channel, "ts": post.ts, "message": post.raw()}


def _post_ephemeral(world: World, args: JsonObject) -> JsonObject:
    conversation = _conversation(world, args)
    user = world.workspace.user(text_at(args, "user"))
    if user.id not in world.workspace.members_of(conversation):
        raise Refused("user_not_in_channel")
    return {"message_ts": post_as_app(world, conversation, args, only_for=user.id).ts}


def _update(world: World, args: JsonObject) -> JsonObject:
    conversation, post = _own_post(world, args, "cant_update_message")
    change_post(world, conversation, post, args)
    return {"channel": post.channel, "ts": post.ts, "text": post.text, "message": post.raw()}


def _delete(world: World, args: JsonObject) -> JsonObject:
    conversation, post = _own_post(world, args, "cant_delete_message")
    delete_post(world, conversation, post)
    return {"channel": post.channel, "ts": post.ts}


def _get_permalink(world: World, args: JsonObject) -> JsonObject:
    conversation = _conversation(world, args)
    post = world.messages.get(conversation.id, text_at(args, "message_ts"))
    return {"channel": conversation.id, "permalink": world.permalink(post.channel, post.ts, post.thread_ts)}


def _conversation(world: World, args: JsonObject) -> Conversation:
    if not text_at(args, "channel"):
        raise Refused("channel_not_found", "missing required field: channel", is_breach=True)
    return world.workspace.conversation(text_at(args, "channel"))


def _own_post(world: World, args: JsonObject, otherwise: str) -> tuple[Conversation, Post]:
    conversation = _conversation(world, args)
    post = world.messages.get(conversation.id, text_at(args, "ts"))
    if post.only_for:
        # An ephemeral message has no place in the archive: only its response URL can change it.
        raise Refused("message_not_found")
    if not post.is_bot:
        raise Refused(otherwise)
    return conversation, post


CHAT_METHODS: dict[str, Callable[[World, JsonObject], JsonObject]] = {
    "chat.postMessage": _post_message,
    "chat.postEphemeral": _post_ephemeral,
    "chat.update": _update,
    "chat.delete": _delete,
    "chat.getPermalink": _get_permalink,
}
