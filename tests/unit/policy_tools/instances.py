"""As much of JSON Schema 2020-12 as the policy schemas use; an unknown keyword is an error: nothing is passed over."""

import re
from collections.abc import Iterator
from typing import Any

_NOTES = {"$schema", "$defs", "title", "description", "default"}
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "integer": (int,), "null": (type(None),),
}  # fmt: skip


def problems(value: Any, schema: Any, root: dict[str, Any], at: str = "") -> Iterator[str]:
    """Where `value` does not fit `schema`."""
    if isinstance(schema, bool):
        yield from () if schema else [f"{at}: nothing may stand here"]
        return
    for keyword, want in schema.items():
        if keyword not in _NOTES:
            yield from _check(keyword, want, value, schema, root, at)


def _check(keyword: str, want: Any, value: Any, schema: Any, root: dict[str, Any], at: str) -> Iterator[str]:
    bad = f"{at}: {value!r} does not fit {keyword} {want!r}"
    match keyword:
        case "$ref":
            yield from problems(value, root["$defs"][want.rpartition("/")[2]], root, at)
        case "type":
            fits = isinstance(value, _TYPES[want]) and (want != "integer" or not isinstance(value, bool))
            yield from [] if fits else [bad]
        case "enum" | "const":
            yield from [] if value in (want if keyword == "enum" else [want]) else [bad]
        case "anyOf":
            yield from [] if any(not list(problems(value, one, root, at)) for one in want) else [bad]
        case "if":
            branch = "then" if not list(problems(value, want, root, at)) else "else"
            yield from problems(value, schema.get(branch, True), root, at)
        case "required" | "properties" | "additionalProperties" | "items":
            yield from _inside(keyword, want, value, schema, root, at)
        case "then" | "else":
            pass
        case _:
            yield from [] if _bounded(keyword, want, value) else [bad]


def _bounded(keyword: str, want: Any, value: Any) -> bool:
    """Bounds hold for values of their own type and say nothing about others."""
    kind: Any = {"i": int, "L": str, "I": list}[keyword[3]] if keyword != "pattern" else str
    if keyword == "pattern":
        return not isinstance(value, str) or re.search(want, value) is not None
    assert keyword in {"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}, keyword
    if type(value) is not kind:
        return True
    size: int = value if kind is int else len(value)
    return bool(size >= want if keyword.startswith("min") else size <= want)


def _inside(keyword: str, want: Any, value: Any, schema: Any, root: dict[str, Any], at: str) -> Iterator[str]:
    if keyword == "items" and isinstance(value, list):
        for place, one in enumerate(value):
            yield from problems(one, want, root, f"{at}/{place}")
    elif isinstance(value, dict) and keyword == "required":
        yield from (f"{at}: {name} is missing" for name in want if name not in value)
    elif isinstance(value, dict) and keyword == "properties":
        for name in want.keys() & value.keys():
            yield from problems(value[name], want[name], root, f"{at}/{name}")
    elif isinstance(value, dict) and keyword == "additionalProperties":
        for name in value.keys() - schema.get("properties", {}).keys():
            yield from problems(value[name], want, root, f"{at}/{name}")
