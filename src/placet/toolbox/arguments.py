"""From a model's arguments to the values a tool function receives."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from placet.connectors import Reader
from placet.errors import ArgumentInvalid, ReferenceAmbiguous, ReferenceUnknown
from placet.toolbox.declarations import ToolDeclaration
from placet.toolbox.turn import Turn
from placet.vocabulary import Amount, Json, RecordRef

_NEAREST = 4
_CANDIDATES = 6


def validate(declaration: ToolDeclaration, arguments: Mapping[str, Json]) -> dict[str, Any]:
    """Arguments checked strictly against the tool's types; amounts become `Amount`, references stay text.

    Raises:
        ArgumentInvalid: one is missing, unknown or of the wrong kind.
    """
    try:
        model = declaration.arguments.model_validate_json(json.dumps(arguments), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "arguments"
        raise ArgumentInvalid(tool=declaration.name, argument=place, reason=_reason(first["msg"])) from None
    values: dict[str, Any] = {name: getattr(model, name) for name in type(model).model_fields}
    for name in declaration.amounts:
        if values.get(name) is not None:
            values[name] = _amount(declaration, name, values[name])
    return values


def _reason(message: str) -> str:
    return message[:1].lower() + message[1:]


def _amount(declaration: ToolDeclaration, name: str, said: str | int) -> Amount:
    try:
        return Amount.parse(said)
    except ValueError as error:
        raise ArgumentInvalid(tool=declaration.name, argument=name, reason=str(error)) from None


async def resolve(reader: Reader, object: str, said: str, turn: Turn) -> RecordRef:
    """The one record that `said` means.

    Raises:
        ReferenceUnknown: none; the error names the nearest.
        ReferenceAmbiguous: several; the error carries the candidates and nobody guesses.
    """
    pinned = turn.pins.get(pin_key(object, said))
    found = await reader.named(object, pinned or said, limit=_CANDIDATES)
    if not found:
        names = [record.name for record in await _nearby(reader, object, said)]
        raise ReferenceUnknown(object=noun_of(reader, object), said=said, nearest=tuple(names[:_NEAREST]))
    if len(found) > 1:
        candidates = tuple((record.id, record.name) for record in found)
        raise ReferenceAmbiguous(object=object, said=said, candidates=candidates)
    return RecordRef(object=object, id=found[0].id, name=found[0].name)


def pin_key(object: str, said: str) -> str:
    """How a rep's choice for `said` is remembered within a run."""
    return f"{object}|{said.strip().casefold()}"


def noun_of(reader: Reader, object: str) -> str:
    """What a rep calls such a record."""
    return reader.describe(object).noun


async def _nearby(reader: Reader, object: str, said: str) -> list[Any]:
    """Records whose names share a word with `said`: a hint, never a match."""
    near: dict[str, Any] = {}
    for word in said.split():
        if len(word) > 2:  # noqa: PLR2004 - shorter words match everything
            for record in await reader.named(object, word, limit=_NEAREST):
                near.setdefault(record.id, record)
    return list(near.values())
