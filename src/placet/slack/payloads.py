"""Reading what Slack sent: every accessor answers with one kind of value and never raises."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from placet.rules import Policies

_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def object_at(source: object, *path: str) -> Mapping[str, Any]:
    """The object at `path` inside nested objects, or an empty one."""
    for key in path:
        source = source.get(key) if isinstance(source, Mapping) else None
    return source if isinstance(source, Mapping) else {}


def text_at(source: object, *path: str) -> str:
    """The string at `path` inside nested objects, or an empty string."""
    value = object_at(source, *path[:-1]).get(path[-1])
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is behind a payload, as Slack says. `team` is the person's own workspace, not where the app is installed.

    `shared`: the conversation is shared with another company.
    """

    user: str
    team: str
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to answer. `private`: only the person sees it, in a channel or on a card."""

    channel: str
    user: str
    thread: str = ""
    private: bool = False


def event_visitor(body: Mapping[str, Any]) -> Visitor:
    """Who caused an event.

    A message names its author's workspace. Where it does not, the event's own workspace counts, unless the
    conversation is shared with others: then nobody can tell, and the team stays empty.
    """
    event = object_at(body, "event")
    shared = body.get("is_ext_shared_channel") is True
    own = text_at(event, "user_team") or text_at(event, "team")
    team = own or ("" if shared else text_at(body, "team_id"))
    return Visitor(user=text_at(event, "user"), team=team, shared=shared)


def click_visitor(body: Mapping[str, Any]) -> Visitor:
    """Who clicked or submitted. `team.id` is the app's workspace in Slack Connect, so only `user.team_id` counts."""
    return Visitor(user=text_at(body, "user", "id"), team=text_at(body, "user", "team_id"))


def click_place(body: Mapping[str, Any]) -> Place:
    """Where a click happened; answers go to the person alone."""
    container = object_at(body, "container")
    return Place(
        channel=text_at(container, "channel_id") or text_at(body, "channel", "id"),
        user=text_at(body, "user", "id"),
        thread=text_at(container, "thread_ts"),
        private=True,
    )


def action_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first action of a click, or an empty object."""
    actions = body.get("actions")
    return object_at(actions[0]) if isinstance(actions, list) and actions else {}


def readable(text: str, policies: Policies, *, bot: str = "") -> str:
    """A message as its author typed it: names for ids, plain addresses, no entities, no mention of the app itself."""

    def told(match: re.Match[str]) -> str:
        inner, label = match[1], match[2] or ""
        if inner == f"@{bot}":
            return ""
        if inner.startswith("@"):
            person = policies.person_by_slack(inner[1:])
            return f"@{person.name}" if person else f"@{label.removeprefix('@') or inner[1:]}"
        if inner.startswith(("#", "!")):
            return label or inner
        address = inner.removeprefix("mailto:")
        return f"{label} ({address})" if label and label not in address else label or address

    return html.unescape(_MARKUP.sub(told, text)).strip()
