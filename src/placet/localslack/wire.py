"""Reading JSON whose shape is not known yet: every accessor returns a value of one kind, never raises."""

from typing import TypeAlias

JsonObject: TypeAlias = dict[str, object]


class Refused(Exception):
    """A Web API method says no, the way Slack says it: a stable word, and messages for people.

    Not part of placet's error tree: it becomes an `{"ok": false}` answer and never leaves this room.
    `is_breach` marks what a correct app never does; strict mode reports those as failures.
    """

    def __init__(self, error: str, *messages: str, is_breach: bool = False) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = messages
        self.is_breach = is_breach


def as_object(value: object) -> JsonObject:
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """`value` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def text_at(source: object, *path: str) -> str:
    """The string at `path` inside nested objects, or an empty string."""
    for key in path:
        source = as_object(source).get(key)
    return source if isinstance(source, str) else ""


def object_at(source: object, *path: str) -> JsonObject:
    """The object at `path` inside nested objects, or an empty one."""
    for key in path:
        source = as_object(source).get(key)
    return as_object(source)


def list_at(source: object, *path: str) -> list[object]:
    """The array at `path` inside nested objects, or an empty one."""
    for key in path:
        source = as_object(source).get(key)
    return as_list(source)


def objects_at(source: object, *path: str) -> list[JsonObject]:
    """The objects of the array at `path`; members of other kinds are left out."""
    return [as_object(item) for item in list_at(source, *path) if isinstance(item, dict)]


def is_yes(value: object) -> bool:
    """Slack's booleans as they arrive: JSON true, `1`, `"1"`, `"true"` (slack_sdk sends 0 and 1)."""
    return value is True or value == 1 or value in ("1", "true", "True")
