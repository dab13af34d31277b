"""Checks data from a room file against a pydantic model and names file, line and the nearest field."""

import difflib
import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from placet.errors import Finding
from placet.rules.strict_yaml import Document, YamlPath

Model = TypeVar("Model", bound=BaseModel)


class Shape(BaseModel):
    """Base of all file models: strict types, no unknown field, frozen."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def nearest(word: str, known: Iterable[str]) -> str:
    """The one of `known` that `word` was probably meant to be, or an empty text."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def read_shape(document: Document, model: type[Model]) -> tuple[Model | None, list[Finding]]:
    """`document` as `model`, or everything that does not fit. An empty document counts as an empty mapping."""
    data = {} if document.data is None else document.data
    try:
        # The JSON door of pydantic is strict about types and yet turns lists into tuples.
        return model.model_validate_json(json.dumps(data)), []
    except ValidationError as error:
        return None, [_finding(document, model, one["type"], one["loc"], one["msg"]) for one in error.errors()]


def _finding(document: Document, model: type[BaseModel], kind: str, path: YamlPath, message: str) -> Finding:
    name = str(path[-1]) if path else "the file"
    if kind == "extra_forbidden":
        known = _fields_at(model, path[:-1])
        return document.finding(path, f"unknown field `{name}`", nearest(name, known))
    if kind == "missing":
        return document.finding(path[:-1], f"the field `{name}` is missing")
    return document.finding(path, f"`{_dotted(path)}`: {_plain(message)}")


def _dotted(path: YamlPath) -> str:
    return ".".join(str(part) for part in path) or "the file"


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ").removesuffix(".")
    return text[:1].lower() + text[1:]


def _fields_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The field names that may stand at `path`; none where no model describes it."""
    here: Any = model
    for part in path:
        if isinstance(part, int):
            here = next(iter(get_args(here)), None)
        elif (shape := _model_in(here)) is not None:
            fields = {one.alias or name: one.annotation for name, one in shape.model_fields.items()}
            here = fields.get(part)
        else:  # the value of a plain mapping
            here = next(reversed(get_args(here)), None)
    shape = _model_in(here)
    return [one.alias or name for name, one in shape.model_fields.items()] if shape else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model an annotation means, also inside `Model | None`."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None
