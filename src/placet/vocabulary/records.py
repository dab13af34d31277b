"""Records of a system and the shape of its objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from placet.vocabulary.values import Json


class Grade(StrEnum):
    """How well an object guards against lost updates, best first.

    `ATOMIC`: the system compares versions itself. `WEAK`: it compares something coarser, such as a time in
    seconds. `CLIENT_CHECK`: we read, compare and write, with a window between. `NONE`: nothing can be compared.
    """

    ATOMIC = "atomic"
    WEAK = "weak"
    CLIENT_CHECK = "client_check"
    NONE = "none"


class Idempotency(StrEnum):
    """How a repeated request is recognised: by a key, by asking afterwards, or not at all."""

    KEY = "key"
    LOOKUP = "lookup"
    NONE = "none"


class Undo(StrEnum):
    """What can be taken back: everything, some fields, only by a counter document, or nothing."""

    FULL = "full"
    FIELDS = "fields"
    COMPENSATE = "compensate"
    NONE = "none"


FieldKind = Literal[
    "text", "long_text", "integer", "decimal", "money", "date", "datetime", "boolean", "enum", "reference"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSchema:
    """One field of an object. `reference` names the object a reference points to, such as `crm.account`.

    `free_text` marks text that people outside or inside type at will: it is tainted when read.
    """

    name: str
    label: str
    kind: FieldKind
    required: bool = False
    readonly: bool = False
    choices: tuple[str, ...] = ()
    reference: str = ""
    free_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionSchema:
    """A change of state that the system carries out itself and that may cascade.

    `cascades` says in words what else changes; `compensate` names the transition or document that counters it.
    """

    name: str
    label: str
    from_states: tuple[str, ...]
    to_state: str
    cascades: tuple[str, ...] = ()
    compensate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectSchema:
    """The shape of one object: `object` is its full name, such as `crm.opportunity`.

    `name_field` holds what people call the record; `noun` is what a rep would say ("deal").
    """

    object: str
    noun: str
    label: str
    name_field: str
    fields: tuple[FieldSchema, ...]
    transitions: tuple[TransitionSchema, ...] = ()
    state_field: str = ""
    schema_hash: str = ""

    def field(self, name: str) -> FieldSchema | None:
        """The field called `name`, or `None`."""
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a connector can do with one object."""

    read: bool = True
    search: bool = True
    create: bool = False
    update: bool = False
    delete: bool = False
    transition: bool = False
    grade: Grade = Grade.NONE
    idempotency: Idempotency = Idempotency.NONE
    undo: Undo = Undo.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as it was read. `version` is opaque: an etag, a time or a hash of the fields."""

    object: str
    id: str
    name: str
    values: Mapping[str, Json]
    version: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRef:
    """A record that was meant and found. Tools receive this; the model says an id or a name."""

    object: str
    id: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"


Comparison = Literal["is", "is_not", "contains", "at_least", "at_most", "one_of"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One typed condition of a search. There are no raw query strings."""

    field: str
    comparison: Comparison
    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the records a search found. `cursor` fetches the next page, or is `None` at the end."""

    records: tuple[Record, ...] = ()
    cursor: str | None = None
