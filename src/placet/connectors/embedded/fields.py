"""Short words for declaring the objects of the embedded company."""

import hashlib
from dataclasses import asdict, replace

from placet.vocabulary import FieldSchema, ObjectSchema, TransitionSchema, canonical


def text(name: str, label: str, *, required: bool = False, readonly: bool = False, free: bool = False) -> FieldSchema:
    """One line of text, at most 255 characters. `free` marks what people type at will."""
    return FieldSchema(name=name, label=label, kind="text", required=required, readonly=readonly, free_text=free)


def prose(name: str, label: str, *, required: bool = False) -> FieldSchema:
    """Several lines that people type at will, at most 20,000 characters; tainted when read."""
    return FieldSchema(name=name, label=label, kind="long_text", required=required, free_text=True)


def integer(name: str, label: str, *, required: bool = False, readonly: bool = False) -> FieldSchema:
    """A whole number."""
    return FieldSchema(name=name, label=label, kind="integer", required=required, readonly=readonly)


def money(name: str, label: str, *, required: bool = False, readonly: bool = False) -> FieldSchema:
    """An exact amount with its currency."""
    return FieldSchema(name=name, label=label, kind="money", required=required, readonly=readonly)


def day(name: str, label: str, *, required: bool = False) -> FieldSchema:
    """A date, `YYYY-MM-DD`."""
    return FieldSchema(name=name, label=label, kind="date", required=required)


def moment(name: str, label: str, *, readonly: bool = False) -> FieldSchema:
    """A point in time, ISO 8601, kept in UTC."""
    return FieldSchema(name=name, label=label, kind="datetime", readonly=readonly)


def flag(name: str, label: str) -> FieldSchema:
    """Yes or no; no where nothing is said."""
    return FieldSchema(name=name, label=label, kind="boolean")


def choice(name: str, label: str, *choices: str, required: bool = False, readonly: bool = False) -> FieldSchema:
    """One of `choices`."""
    return FieldSchema(name=name, label=label, kind="enum", choices=choices, required=required, readonly=readonly)


def reference(name: str, label: str, target: str, *, required: bool = False) -> FieldSchema:
    """The id of a record of `target`, an object of the same system."""
    return FieldSchema(name=name, label=label, kind="reference", reference=target, required=required)


def transition(
    name: str, label: str, *, leaves: tuple[str, ...], reaches: str, cascades: tuple[str, ...], compensate: str = ""
) -> TransitionSchema:
    """A change of state the system carries out itself."""
    return TransitionSchema(
        name=name, label=label, from_states=leaves, to_state=reaches, cascades=cascades, compensate=compensate
    )


def build(
    object: str,
    noun: str,
    label: str,
    *fields: FieldSchema,
    transitions: tuple[TransitionSchema, ...] = (),
    state_field: str = "",
) -> ObjectSchema:
    """An object with its fields, the two times every record has, and the hash of all that.

    The hash is the SHA-256 of the RFC 8785 form of the schema with an empty `schema_hash`.
    """
    times = (moment("created_at", "Created", readonly=True), moment("updated_at", "Last changed", readonly=True))
    schema = ObjectSchema(
        object=object,
        noun=noun,
        label=label,
        name_field="name",
        fields=(*fields, *times),
        transitions=transitions,
        state_field=state_field,
    )
    return replace(schema, schema_hash=hashlib.sha256(canonical(asdict(schema))).hexdigest())
