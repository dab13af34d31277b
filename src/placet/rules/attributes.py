"""Which attributes a condition reads, and whether the facts can ever have them.

The CEL library gives the roots of an expression but not its paths, so they are read from the text. Only what the text
says outright is judged: `change.amount.after`, `record['region']`. A computed key (`change[name]`) is left alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from placet.rules.conditions import ROOTS, bound_names
from placet.rules.shapes import nearest
from placet.vocabulary import Json, ObjectSchema

Tree: TypeAlias = "Mapping[str, Tree] | None"
"""The attributes a value has; `None` is a plain value that has none."""

_TOKEN = re.compile(
    r"""(?P<text>[rRbB]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))"""
    r"""|(?P<word>[A-Za-z_]\w*)|(?P<number>\d[\w.]*)|(?P<mark>==|!=|<=|>=|&&|\|\||\S)""",
    re.DOTALL,
)
_MONEY: Final[Tree] = {"minor": None, "currency": None}
_ARITHMETIC: Final = frozenset({"<", ">", "<=", ">=", "+", "-", "*", "/", "%"})
MISSING: Final = object()
"""What `value_at` gives where the facts have no such attribute."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One path in a condition, such as `("change", "amount", "after")`.

    `tested` says that it stands in `has(…)`. `computed` says that it stands beside a sign of order or arithmetic.
    `compared` holds the texts it is compared with by `==`, `!=` or `in [ ]`.
    """

    parts: tuple[str, ...]
    tested: bool = False
    computed: bool = False
    compared: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join(self.parts)


def attributes_in(text: str) -> Iterator[Attribute]:
    """The attributes a condition reads, in order. Names bound by `all`, `exists`, `map` and `filter` are none."""
    tokens = [(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(text)]
    bound = bound_names(text)
    at = 0
    while at < len(tokens):
        kind, word = tokens[at]
        if kind != "word" or word not in ROOTS or word in bound or (at and tokens[at - 1][1] == "."):
            at += 1
            continue
        parts, end = _chain(tokens, at)
        yield Attribute(
            parts,
            tested=[one for _kind, one in tokens[max(at - 2, 0) : at]] == ["has", "("],
            computed=bool(_ARITHMETIC & {_mark(tokens, at - 1), _mark(tokens, end)}),
            compared=tuple(_compared(tokens, end)),
        )
        at = end


def _mark(tokens: Sequence[tuple[str, str]], at: int) -> str:
    return tokens[at][1] if 0 <= at < len(tokens) and tokens[at][0] == "mark" else ""


def _chain(tokens: Sequence[tuple[str, str]], start: int) -> tuple[tuple[str, ...], int]:
    """The path that begins at `start` and the place after it. The name of a called method is no part of it."""
    parts, at = [tokens[start][1]], start + 1
    while at + 1 < len(tokens):
        sign, (kind, word) = tokens[at][1], tokens[at + 1]
        if sign == "." and kind == "word" and _mark(tokens, at + 2) != "(":
            parts.append(word)
            at += 2
        elif sign == "[" and kind == "text" and _mark(tokens, at + 2) == "]":
            parts.append(_literal(word))
            at += 3
        else:
            break
    return tuple(parts), at


def _compared(tokens: Sequence[tuple[str, str]], at: int) -> Iterator[str]:
    following = tokens[at : at + 2]
    if len(following) < 2:  # noqa: PLR2004 - a sign and what stands behind it
        return
    (_kind, sign), (kind, word) = following
    if sign in {"==", "!="} and kind == "text":
        yield _literal(word)
    elif (sign, word) == ("in", "["):
        for kind, word in tokens[at + 2 :]:
            if kind == "text":
                yield _literal(word)
            elif word != ",":
                return


def _literal(token: str) -> str:
    return token.lstrip("rRbB").strip("\"'")


def value_at(context: Mapping[str, Json], attribute: Attribute) -> Json | object:
    """The value the facts give an attribute, or `MISSING`."""
    here: Json | object = dict(context)
    for part in attribute.parts:
        if not isinstance(here, dict) or part not in here:
            return MISSING
        here = here[part]
    return here


def tree_of(schema: ObjectSchema) -> Tree:
    """What conditions may read when a rule is asked about a change of this object (docs/reference/policies.md)."""
    fields: dict[str, Tree] = {one.name: _MONEY if one.kind == "money" else None for one in schema.fields}
    plain: dict[str, Tree] = dict.fromkeys(ROOTS)
    return {
        **plain,
        "change": {name: {"before": kind, "after": kind} for name, kind in fields.items()},
        "record": {"id": None, **fields},
        "requester": {"id": None, "email": None, "roles": None},
        "agent": {"id": None},
    }


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about an attribute that cannot be meant, and what probably was."""

    message: str
    nearest: str = ""


def doubts_about(text: str, schemas: Sequence[ObjectSchema], guards: Sequence[str]) -> Iterator[Doubt]:
    """Attributes of the condition `text` that the objects a rule speaks about do not have or never fill so.

    An attribute that only some of the objects have is fine where `has(…)` of it is among the rule's conditions,
    `guards`.
    """
    trees = {schema.object: tree_of(schema) for schema in schemas}
    guarded = {one.parts for guard in guards for one in attributes_in(guard) if one.tested}
    for attribute in attributes_in(text):
        unknown = {name: found for name, tree in trees.items() if (found := _unknown(attribute, tree)) is not None}
        excused = any(attribute.parts[: len(guard)] == guard for guard in guarded)
        if unknown and (len(unknown) == len(trees) or not excused):
            object, close = next(iter(unknown.items()))
            yield Doubt(f"`{attribute}` is nothing a change of `{object}` has", close)
        elif not unknown:
            yield from _misused(attribute, schemas, trees)


def _unknown(attribute: Attribute, tree: Tree) -> str | None:
    """`None` if the tree has it; else the path that was probably meant, or an empty text."""
    here = tree
    for at, part in enumerate(attribute.parts):
        if here is None:
            return ".".join(attribute.parts[:at])
        if part not in here:
            close = nearest(part, here)
            return ".".join((*attribute.parts[:at], close, *attribute.parts[at + 1 :])) if close else ""
        here = here[part]
    return None


def _misused(attribute: Attribute, schemas: Sequence[ObjectSchema], trees: Mapping[str, Tree]) -> Iterator[Doubt]:
    if attribute.computed and any(_reached(attribute, tree) == _MONEY for tree in trees.values()):
        yield Doubt(f"`{attribute}` is money and has no order; compare its smallest unit", f"{attribute}.minor")
    name = _field_name(attribute)
    fields = [schema.field(name) for schema in schemas] if name else []
    choices = [choice for one in fields if one is not None for choice in one.choices]
    if choices and all(one is not None and one.choices for one in fields):
        for said in attribute.compared:
            if said and said not in choices:
                yield Doubt(
                    f"`{attribute}` is never `{said}`; it is one of {', '.join(choices)}", nearest(said, choices)
                )


def _reached(attribute: Attribute, tree: Tree) -> Tree:
    for part in attribute.parts:
        tree = tree[part] if tree else None
    return tree


def _field_name(attribute: Attribute) -> str:
    match attribute.parts:
        case ("change", name, "before" | "after") | ("record", name):
            return name
        case _:
            return ""
