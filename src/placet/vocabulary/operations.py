"""Operations: a change as data. A write tool returns one and touches nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from placet.vocabulary.money import Amount
from placet.vocabulary.records import RecordRef
from placet.vocabulary.values import Json, to_json


class OperationKind(StrEnum):
    """The five kinds of change."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    TRANSITION = "transition"
    CALL = "call"


Drafted: TypeAlias = object
"""A value as a tool function wrote it: text, number, `Amount`, `RecordRef`, date or `CLEAR`."""


class _Clear:
    """The type of `CLEAR`."""

    def __repr__(self) -> str:
        return "CLEAR"


CLEAR: Final = _Clear()
"""Write this to empty a field. `None` means: leave it as it is."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A change to one record of one object, in exact values.

    `object` is `<system>.<object>`; `record` is the id (empty for a create); `fields` are the new values;
    `verb` is the scope's verb: the kind, or the name of a transition or call.
    """

    kind: OperationKind
    object: str
    record: str
    fields: Mapping[str, Json]
    verb: str

    @property
    def system(self) -> str:
        """The system that is asked to change."""
        return self.object.partition(".")[0]

    def to_json(self) -> dict[str, Json]:
        """The canonical payload: what the card shows, the digest binds and the writer sends."""
        return {
            "kind": self.kind.value,
            "object": self.object,
            "record": self.record,
            "fields": dict(self.fields),
            "verb": self.verb,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> "Operation":
        """Read an operation back from its payload.

        Raises:
            ValueError: the payload has other keys or kinds than `to_json` writes.
        """
        if data.keys() != {"kind", "object", "record", "fields", "verb"}:
            raise ValueError("the payload is not an operation")
        fields = data["fields"]
        if not isinstance(fields, dict):
            raise ValueError("the payload's fields are not an object")  # noqa: TRY004 - the payload is data, not a programming error
        return cls(
            OperationKind(str(data["kind"])), str(data["object"]), str(data["record"]), fields, str(data["verb"])
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """What a write tool returns: an operation whose amounts may still lack a currency."""

    kind: OperationKind
    object: str
    record: RecordRef | None
    fields: Mapping[str, Drafted]
    verb: str


def _given(changes: Mapping[str, Drafted]) -> dict[str, Drafted]:
    return {name: value for name, value in changes.items() if value is not None}


class Create(Draft):
    """Make a record: `Create("crm.note", account=account, text=text)`. Fields that are `None` are left out."""

    def __init__(self, object: str, /, **changes: Drafted) -> None:
        super().__init__(OperationKind.CREATE, object, None, _given(changes), "create")


class Update(Draft):
    """Change fields of a record: `Update("crm.opportunity", deal, stage=stage)`. `None` leaves a field alone."""

    def __init__(self, object: str, record: RecordRef, /, **changes: Drafted) -> None:
        super().__init__(OperationKind.UPDATE, object, record, _given(changes), "update")


class Delete(Draft):
    """Remove a record."""

    def __init__(self, object: str, record: RecordRef, /) -> None:
        super().__init__(OperationKind.DELETE, object, record, {}, "delete")


class Transition(Draft):
    """Ask the system to move a record to another state (confirm, post, cancel); it may cascade."""

    def __init__(self, object: str, record: RecordRef, verb: str, /) -> None:
        super().__init__(OperationKind.TRANSITION, object, record, {}, verb)


class Call(Draft):
    """Anything else a connector can do, by name, with named arguments."""

    def __init__(self, object: str, verb: str, /, **arguments: Drafted) -> None:
        super().__init__(OperationKind.CALL, object, None, _given(arguments), verb)


def exact(value: Drafted, currency: str | None) -> Json:
    """A drafted value in exact form: references become ids, amounts become money, `CLEAR` becomes null.

    Raises:
        ValueError: an amount has no currency and the record gives none, or the value has no exact form.
    """
    if value is CLEAR:
        return None
    if isinstance(value, RecordRef):
        return value.id
    if isinstance(value, Amount):
        code = value.currency or currency
        if code is None:
            raise ValueError(f"`{value.value}` needs a currency, for example `{value.value} EUR`")
        return to_json(value.in_currency(code))
    return to_json(value)
