"""Answers for models that write none: composed from tool results and outcomes, so that nothing is made up."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from placet.vocabulary import Json

MAX_LINES = 12
"""Longer lists are cut and say so."""

_OUTCOMES = {
    "done": "Done: *{change}*.",
    "rejected": "*{change}* was rejected: “{reason}” Nothing was changed.",
    "expired": "*{change}* was not approved in time. Nothing was changed.",
    "cancelled": "*{change}* was not carried out: {reason}. Nothing was changed.",
    "superseded": "*{change}* was replaced by a newer proposal.",
    "failed": "*{change}* was approved but failed: {reason}. Nothing was changed.",
    "stale": "*{change}* was approved, but {reason}.",
    "unknown": "*{change}*: {reason}. Nobody will try again by itself; a person has to look.",
}

NOTHING = (
    "I could not match that to anything I can do here. Try, for example: “find deals of Globex”, "
    "“how many Falcon sensors are in stock?” or “move the Hooli expansion deal to negotiation”."
)


def compose(messages: Sequence[Mapping[str, Any]]) -> str:
    """An answer in Slack's mrkdwn from the tool messages of a run, or `NOTHING` where there are none."""
    parts = [_part(message) for message in messages if message["role"] == "tool"]
    return "\n".join(part for part in parts if part) or NOTHING


def escape(text: str) -> str:
    """Data for mrkdwn: control characters of Slack's markup are escaped (docs.slack.dev, formatting text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _part(message: Mapping[str, Any]) -> str:
    content: dict[str, Json] = json.loads(message["content"])
    if "state" in content:
        words = {key: escape(str(value)).rstrip(".") for key, value in content.items()}
        return _OUTCOMES.get(str(content["state"]), "*{change}*: {state}.").format_map(words)
    if "error" in content:
        return f"I could not do that: {escape(str(content['message']))}."
    return _data(content["data"])


def _data(data: Json) -> str:
    if isinstance(data, list):
        if not data:
            return "I found nothing."
        lines = [f"• {_line(item)}" for item in data[:MAX_LINES]]
        more = len(data) - MAX_LINES
        return "\n".join(lines + ([f"… and {more} more."] if more > 0 else []))
    if isinstance(data, dict) and set(data) == {"error"}:
        return f"I could not read that: {escape(str(data['error']))}."
    return _line(data)


def _line(item: Json) -> str:
    if not isinstance(item, dict):
        return escape(str(item))
    name = escape(str(item.get("name", item.get("id", ""))))
    rest = [
        f"{key.replace('_', ' ')} {escape(str(value))}"
        for key, value in item.items()
        if key not in {"name", "id"} and value not in (None, "", "—")
    ]
    identity = f" ({escape(str(item['id']))})" if "id" in item and "name" in item else ""
    head = f"*{name}*{identity}" if name else ""
    return ": ".join(part for part in (head, ", ".join(rest)) if part)
