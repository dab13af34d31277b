"""Messages, threads and what has been read."""

import copy
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from placet.localslack.wire import JsonObject, Refused, as_object, objects_at, text_at
from placet.localslack.workspace import APP_ID, BOT_ID, Workspace


@dataclass
class Post:
    """One message. `only_for` is the person an ephemeral message is shown to, or empty."""

    channel: str
    ts: str
    user: str
    text: str
    team: str
    blocks: list[JsonObject] = field(default_factory=list)
    thread_ts: str = ""
    edited_ts: str = ""
    only_for: str = ""
    is_bot: bool = False
    is_broadcast: bool = False
    metadata: JsonObject = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Whether it sits inside a thread, below the root."""
        return bool(self.thread_ts) and self.thread_ts != self.ts

    def raw(self) -> JsonObject:
        """The message as conversations.history and interaction payloads show it."""
        raw: JsonObject = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        raw["team"] = self.team
        if self.is_bot:
            raw |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": {"id": BOT_ID, "app_id": APP_ID}}
        if self.blocks:
            raw["blocks"] = copy.deepcopy(self.blocks)
        if self.thread_ts:
            raw["thread_ts"] = self.thread_ts
        if self.is_broadcast:
            raw["subtype"] = "thread_broadcast"
        if self.edited_ts:
            raw["edited"] = {"user": self.user, "ts": self.edited_ts}
        if self.metadata:
            raw["metadata"] = copy.deepcopy(self.metadata)
        return raw


class Messages:
    """Every message of the workspace, oldest first, and who has read how far."""

    def __init__(self, workspace: Workspace, wall_clock: Callable[[], float] = time.time) -> None:
        self._workspace = workspace
        self._wall_clock = wall_clock
        self._posts: dict[str, dict[str, Post]] = {}
        self._read: dict[tuple[str, str], str] = {}
        self._last_us = 0

    def next_ts(self) -> str:
        """A timestamp like `1700000000.000100`: unique in the workspace and larger than any before."""
        self._last_us = max(self._last_us + 1, int(self._wall_clock() * 1_000_000))
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def add(self, post: Post) -> Post:
        """Keep a new message; a reply makes its parent the root of a thread.

        Raises:
            Refused: `thread_not_found`, when the thread's root is not in that conversation.
        """
        if post.thread_ts:
            root = self._posts.get(post.channel, {}).get(post.thread_ts)
            if root is None or root.is_reply:
                raise Refused("thread_not_found")
            if not post.only_for:
                root.thread_ts = root.ts
        self._posts.setdefault(post.channel, {})[post.ts] = post
        if not post.is_bot:
            self.mark_read(post.user, post.channel, post.ts)
        return post

    def get(self, channel: str, ts: str) -> Post:
        """The message with this timestamp.

        Raises:
            Refused: `message_not_found`.
        """
        post = self._posts.get(channel, {}).get(ts)
        if post is None:
            raise Refused("message_not_found")
        return post

    def remove(self, post: Post) -> None:
        """Forget a message. A thread's root takes its replies' link with it, as a tombstone would."""
        del self._posts[post.channel][post.ts]

    def history(self, channel: str, viewer: str = "") -> list[Post]:
        """Everything in the conversation that `viewer` sees, oldest first; nobody sees no ephemerals."""
        return [post for post in self._posts.get(channel, {}).values() if not post.only_for or post.only_for == viewer]

    def top_level(self, channel: str, viewer: str = "") -> list[Post]:
        """The main pane: no replies, but broadcast ones."""
        return [post for post in self.history(channel, viewer) if not post.is_reply or post.is_broadcast]

    def thread(self, channel: str, root_ts: str, viewer: str = "") -> list[Post]:
        """The root and its replies, oldest first."""
        return [post for post in self.history(channel, viewer) if root_ts in (post.ts, post.thread_ts)]

    def with_thread(self, post: Post) -> JsonObject:
        """`post.raw()`, and the thread's figures if it is the root of one."""
        raw = post.raw()
        replies = [reply for reply in self.thread(post.channel, post.ts) if reply.is_reply]
        if post.is_reply:
            raw["parent_user_id"] = self._posts[post.channel][post.thread_ts].user if self._has_root(post) else ""
        elif replies:
            people = list(dict.fromkeys(reply.user for reply in replies))
            raw |= {
                "thread_ts": post.ts,
                "reply_count": len(replies),
                "reply_users": people,
                "reply_users_count": len(people),
                "latest_reply": replies[-1].ts,
                "subscribed": False,
            }
        return raw

    def _has_root(self, post: Post) -> bool:
        return post.thread_ts in self._posts.get(post.channel, {})

    def mark_read(self, user: str, channel: str, ts: str) -> bool:
        """`user` has seen the conversation up to `ts`; False when nothing changes."""
        if ts <= self._read.get((user, channel), ""):
            return False
        self._read[user, channel] = ts
        return True

    def unread(self, user: str, channel: str) -> int:
        """How many messages of others `user` has not seen there, replies included."""
        seen = self._read.get((user, channel), "")
        return sum(post.ts > seen and post.user != user for post in self.history(channel, user))

    def last_ts(self, channel: str, viewer: str) -> str:
        """The newest message's timestamp, or an empty string."""
        posts = self.history(channel, viewer)
        return posts[-1].ts if posts else ""


def name_blocks(blocks: Iterable[JsonObject]) -> list[JsonObject]:
    """A copy with a `block_id` and `action_id` wherever the app gave none, as Slack assigns them."""
    named = [copy.deepcopy(block) for block in blocks]
    for block in named:
        block.setdefault("block_id", secrets.token_hex(3)[:5])
        for element in elements_of(block):
            if element.get("type") != "image":
                element.setdefault("action_id", secrets.token_hex(3)[:5])
    return named


def elements_of(block: JsonObject) -> list[JsonObject]:
    """The interactive elements of one block, those of a container's children included."""
    kind = block.get("type")
    children = objects_at(block, "child_blocks") if kind == "container" else []
    children += objects_at(block, "elements") if kind == "carousel" else []
    if children:
        return [element for child in children for element in elements_of(child)]
    name = _ELEMENTS_AT.get(text_at(block, "type"), "")
    return [element] if (element := as_object(block.get(name))) else objects_at(block, name)


_ELEMENTS_AT = {
    "actions": "elements",
    "context_actions": "elements",
    "section": "accessory",
    "input": "element",
    "card": "actions",
}
"""Where each kind of block keeps its elements."""
