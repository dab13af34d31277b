"""Posting, changing and deleting messages, whoever does it."""

from placet.localslack.events import (
    as_typed,
    rich_text,
    send_changed_event,
    send_deleted_event,
    send_message_event,
)
from placet.localslack.limits import check_message
from placet.localslack.messages import Post, name_blocks
from placet.localslack.wire import JsonObject, Refused, as_object, is_yes, text_at
from placet.localslack.workspace import Conversation
from placet.localslack.world import World


def post_as_app(world: World, conversation: Conversation, content: JsonObject, *, only_for: str = "") -> Post:
    """Post a message of the app; `only_for` makes it ephemeral.

    Raises:
        Refused: the content breaks a limit, the app is not in the conversation, or there is no such thread.
    """
    text = text_at(content, "markdown_text") or text_at(content, "text")
    blocks = check_message(text, content.get("blocks"))
    if world.workspace.bot.id not in world.workspace.members_of(conversation):
        raise Refused("channel_not_found")
    post = Post(
        channel=conversation.id,
        ts=world.messages.next_ts(),
        user=world.workspace.bot.id,
        text=text,
        team=world.workspace.identity.team_id,
        blocks=name_blocks(blocks),
        thread_ts=text_at(content, "thread_ts"),
        only_for=only_for,
        is_bot=True,
        is_broadcast=is_yes(content.get("reply_broadcast")),
        metadata=as_object(content.get("metadata")),
    )
    world.messages.add(post)
    if not only_for:
        world.sessions.answered(post.channel, post.thread_ts)
        send_message_event(world, conversation, post)
    world.changes.bump()
    return post


def post_as_person(world: World, user_id: str, conversation: Conversation, text: str, thread_ts: str) -> Post:
    """Post what a person typed, and tell the app if it is concerned.

    Raises:
        Refused: the person is not in the conversation, the text is empty, or there is no such thread.
    """
    if user_id not in world.workspace.members_of(conversation):
        raise Refused("not_in_channel")
    if not text.strip():
        raise Refused("no_text")
    typed = as_typed(text, world.workspace)
    post = Post(
        channel=conversation.id,
        ts=world.messages.next_ts(),
        user=user_id,
        text=typed,
        team=world.workspace.standing[user_id].team_id,
        blocks=rich_text(text),
        thread_ts=thread_ts,
    )
    world.messages.add(post)
    send_message_event(world, conversation, post)
    world.changes.bump()
    return post


def change_post(world: World, conversation: Conversation, post: Post, content: JsonObject) -> None:
    """Replace a message's content as chat.update does.

    Text without blocks removes the blocks; blocks without text leave no edited mark (slack.md §2).

    Raises:
        Refused: the content breaks a limit.
    """
    text = text_at(content, "markdown_text") or text_at(content, "text")
    blocks = check_message(text, content.get("blocks"))
    before = world.messages.with_thread(post)
    post.blocks = name_blocks(blocks)
    if text or not blocks:
        post.text = text
        post.edited_ts = world.messages.next_ts()
    if "metadata" in content:
        post.metadata = as_object(content["metadata"])
    if not post.only_for:
        send_changed_event(world, conversation, post, before)
    world.changes.bump()


def delete_post(world: World, conversation: Conversation, post: Post) -> None:
    """Remove a message."""
    before = post.raw()
    world.messages.remove(post)
    if not post.only_for:
        send_deleted_event(world, conversation, before)
    world.changes.bump()


def respond(world: World, channel: str, user_id: str, message_ts: str, content: JsonObject) -> None:
    """Do what an app asked through a response URL or in the answer to a command.

    Ephemeral unless `response_type` is `in_channel`; `replace_original` and `delete_original` act on the
    message the interaction came from.

    Raises:
        Refused: the content breaks a limit, or the message is gone.
    """
    conversation = world.workspace.conversation(channel)
    if is_yes(content.get("delete_original")):
        delete_post(world, conversation, world.messages.get(channel, message_ts))
    elif is_yes(content.get("replace_original")) and message_ts:
        change_post(world, conversation, world.messages.get(channel, message_ts), content)
    else:
        in_channel = text_at(content, "response_type") == "in_channel"
        post_as_app(world, conversation, content, only_for="" if in_channel else user_id)
