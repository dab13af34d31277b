"""`@read`, `@write` and `@egress`: how a Python function becomes a tool a model may call.

The function's types become the JSON schema the model sees, its docstring the description. A write or egress tool
returns a draft operation and receives nothing to write with; a read tool receives readers, named by system.
"""

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from placet.connectors import Reader
from placet.vocabulary import Amount, Effect, Json, RecordRef, Scope

Function = TypeVar("Function", bound=Callable[..., Any])
ATTRIBUTE = "__placet_tool__"


@dataclass(frozen=True, slots=True)
class Reference:
    """Marks a `RecordRef` parameter with the object it points to: `Annotated[RecordRef, Reference("crm.account")]`.

    The model says an id or a name; the toolbox resolves it through the reader and never guesses.
    """

    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDeclaration:
    """A tool as declared. `parameters` is the JSON schema the model sees; `references` maps parameters to objects."""

    name: str
    scope: Scope
    effect: Effect
    description: str
    parameters: Mapping[str, Json]
    schema_hash: str
    function: Callable[..., Any]
    arguments: type[BaseModel]
    references: Mapping[str, str]
    amounts: frozenset[str]
    readers: tuple[str, ...]
    source_file: str
    source_line: int


def read(*, scope: str) -> Callable[[Function], Function]:
    """Declare a tool that returns data and changes nothing.

    Raises:
        TypeError: the scope or a parameter type cannot be declared.
    """
    return _declare(scope, Effect.READ)


def write(*, scope: str) -> Callable[[Function], Function]:
    """Declare a tool that returns an operation (`Create`, `Update`, `Delete`, `Transition`, `Call`).

    Raises:
        TypeError: the scope or a parameter type cannot be declared.
    """
    return _declare(scope, Effect.WRITE)


def egress(*, scope: str) -> Callable[[Function], Function]:
    """Declare a tool whose operation sends something out that cannot be unsent.

    Raises:
        TypeError: the scope or a parameter type cannot be declared.
    """
    return _declare(scope, Effect.EGRESS)


def declaration_of(function: object) -> ToolDeclaration | None:
    """The declaration a decorator left on `function`, or `None`."""
    found = getattr(function, ATTRIBUTE, None)
    return found if isinstance(found, ToolDeclaration) else None


def _declare(scope: str, effect: Effect) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        setattr(function, ATTRIBUTE, _describe(function, scope, effect))
        return function

    return decorate


def _describe(function: Callable[..., Any], scope: str, effect: Effect) -> ToolDeclaration:
    try:
        parsed = Scope.parse(scope)
    except ValueError as error:
        raise TypeError(str(error)) from None
    if "*" in (parsed.object, parsed.verb):
        raise TypeError(f"tool `{function.__name__}` needs one exact scope, not `{scope}`")
    parameters = _parameters(function)
    arguments = _argument_model(function.__name__, parameters)
    schema = _model_schema(arguments)
    description = inspect.cleandoc(function.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    if not description:
        raise TypeError(f"tool `{function.__name__}` needs a docstring: the model reads it")
    shape = json.dumps([function.__name__, scope, effect, description, schema], sort_keys=True)
    return ToolDeclaration(
        name=function.__name__,
        scope=parsed,
        effect=effect,
        description=description,
        parameters=schema,
        schema_hash=hashlib.sha256(shape.encode()).hexdigest(),
        function=function,
        arguments=arguments,
        references={one.name: one.reference for one in parameters if one.reference},
        amounts=frozenset(one.name for one in parameters if one.amount),
        readers=tuple(one.name for one in parameters if one.reader),
        source_file=inspect.getsourcefile(function) or "",
        source_line=function.__code__.co_firstlineno,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parameter:
    name: str
    kind: Any
    default: Any
    note: str
    reference: str = ""
    amount: bool = False
    reader: bool = False


def _parameters(function: Callable[..., Any]) -> list[_Parameter]:
    hints = get_type_hints(function, include_extras=True)
    found = []
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD} or name not in hints:
            raise TypeError(f"tool `{function.__name__}`: parameter `{name}` needs a name and a type")
        default = ... if parameter.default is parameter.empty else parameter.default
        found.append(_parameter(function.__name__, name, hints[name], default))
    return found


def _parameter(tool: str, name: str, hint: Any, default: Any) -> _Parameter:
    plain, notes = _unwrap(hint)
    note = next((one for one in notes if isinstance(one, str)), "")
    reference = next((one.object for one in notes if isinstance(one, Reference)), "")
    if plain is Reader:
        return _Parameter(name=name, kind=None, default=default, note=note, reader=True)
    if plain is RecordRef:
        if not reference:
            raise TypeError(f'tool `{tool}`: `{name}` is a RecordRef without Reference("system.object")')
        noun = reference.partition(".")[2].replace("_", " ")
        kind: Any = Annotated[str, Field(min_length=1, max_length=200)]
        return _Parameter(
            name=name, kind=kind, default=default, note=note or f"id or name of the {noun}", reference=reference
        )
    if plain is Amount:
        kind = Annotated[int | str, Field(json_schema_extra={"type": "number", "anyOf": None})]
        note = note or "all digits, in the record's own currency"
        return _Parameter(name=name, kind=kind, default=default, note=note, amount=True)
    _must_be_plain(tool, name, plain)
    return _Parameter(name=name, kind=plain, default=default, note=note)


def _unwrap(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """Take `Annotated[...]` and `| None` off a type, keeping the notes."""
    notes: tuple[Any, ...] = ()
    while True:
        if get_origin(hint) is Annotated:
            hint, *more = get_args(hint)
            notes += tuple(more)
        elif type(None) in get_args(hint):
            rest = [one for one in get_args(hint) if one is not type(None)]
            if len(rest) != 1:
                return hint, notes
            hint = rest[0]
        else:
            return hint, notes


def _must_be_plain(tool: str, name: str, kind: Any) -> None:
    if kind in (float, object, Any, dict, list):
        raise TypeError(f"tool `{tool}`: `{name}` cannot be {kind}; use text, int, bool, date, Amount or a Literal")
    TypeAdapter(kind).json_schema()


def _argument_model(name: str, parameters: list[_Parameter]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for one in parameters:
        if one.reader:
            continue
        optional = one.default is None
        kind = (one.kind | None) if optional and one.kind is not None else one.kind
        fields[one.name] = (kind, Field(default=one.default, description=one.note or None))
    model: type[BaseModel] = create_model(
        f"{name}_arguments", __config__=ConfigDict(extra="forbid", frozen=True), **fields
    )
    return model


def _model_schema(arguments: type[BaseModel]) -> dict[str, Json]:
    """The JSON schema for a model: no titles, no nulls, references and amounts as plain text and numbers."""
    schema = arguments.model_json_schema()
    properties: dict[str, Json] = {}
    for name, field in schema.get("properties", {}).items():
        properties[name] = _plain_property(field)
    required = [str(name) for name in schema.get("required", [])]
    return {
        "type": "object",
        "properties": properties,
        "required": [*required],
        "additionalProperties": False,
    }


def _plain_property(field: dict[str, Any]) -> dict[str, Json]:
    choices = [one for one in field.get("anyOf") or () if one.get("type") != "null"]
    merged = {**(choices[0] if len(choices) == 1 else {}), **field}
    if merged.get("anyOf") is None or len(choices) == 1:
        merged.pop("anyOf", None)
    for noise in ("title", "default", "minLength", "maxLength"):
        merged.pop(noise, None)
    return merged
