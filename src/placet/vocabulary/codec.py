"""Frozen types to JSON and back, checked strictly on the way in."""

from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from placet.vocabulary.values import Json

T = TypeVar("T")


_adapters: dict[type[Any], TypeAdapter[Any]] = {}  # building one takes milliseconds; the types are few and fixed


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def dump(value: object) -> Json:
    """`value` (a frozen type of this room) as plain JSON."""
    return cast("Json", _adapter(type(value)).dump_python(value, mode="json"))


def load(kind: type[T], data: Json) -> T:
    """Read a frozen type back.

    Raises:
        pydantic.ValidationError: `data` does not have its shape.
    """
    return cast("T", _adapter(kind).validate_python(data))
