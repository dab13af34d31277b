"""What a read tool returns, as data a model and a person can both read."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass

from placet.vocabulary import Json, Money, Record, as_money, in_words, to_json

MAX_ITEMS = 50
MAX_TEXT = 2_000
"""Longer texts are cut: what a model reads is paid for and may be hostile."""


def present(value: object) -> Json:  # noqa: PLR0911 - one return per kind of value reads as the table it is
    """Records become `{id, name, fields in words}`; lists are cut at `MAX_ITEMS`, texts at `MAX_TEXT`."""
    match value:
        case Record():
            words: dict[str, Json] = {name: present(in_words(item)) for name, item in value.values.items() if item}
            return {"id": value.id, **words}
        case Money():
            return str(value)
        case str():
            return value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]}…"
        case Mapping() if (money := as_money(dict(value))) is not None:
            return str(money)
        case Mapping():
            return {str(key): present(item) for key, item in value.items()}
        case Sequence() | set() | frozenset():
            return [present(item) for item in list(value)[:MAX_ITEMS]]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {one.name: present(getattr(value, one.name)) for one in fields(value)}
        case _:
            return to_json(value)
