"""The declared objects hold together."""

from dataclasses import asdict, replace

import pytest

from placet.connectors.embedded.fields import build, text
from placet.connectors.embedded.tables import PREFIXES, SCHEMAS, layout
from placet.vocabulary import ObjectSchema

ALL = [schema for schemas in SCHEMAS.values() for schema in schemas]
by_object = pytest.mark.parametrize("schema", ALL, ids=lambda one: one.object)


@by_object
def test_references_point_to_objects_of_the_same_system(schema: ObjectSchema) -> None:
    system = schema.object.partition(".")[0]
    targets = {field.reference for field in schema.fields if field.reference}
    assert targets <= set(layout(system).schemas)


@by_object
def test_the_name_field_and_id_prefix_exist(schema: ObjectSchema) -> None:
    assert schema.field(schema.name_field) is not None
    assert schema.object in PREFIXES


@by_object
def test_transitions_move_between_choices_of_the_state_field(schema: ObjectSchema) -> None:
    state = schema.field(schema.state_field)
    choices = set(state.choices) if state else set()
    assert all({*step.from_states, step.to_state} <= choices for step in schema.transitions)


@by_object
def test_a_compensation_is_another_transition_of_the_object(schema: ObjectSchema) -> None:
    names = {step.name for step in schema.transitions}
    assert {step.compensate for step in schema.transitions if step.compensate} <= names


@by_object
def test_long_text_is_always_free_text(schema: ObjectSchema) -> None:
    assert all(field.free_text for field in schema.fields if field.kind == "long_text")


def test_the_hash_changes_with_any_field() -> None:
    one = build("crm.thing", "thing", "Thing", text("name", "Name"))
    other = build("crm.thing", "thing", "Thing", text("name", "Name", required=True))
    assert one.schema_hash != other.schema_hash
    assert len({schema.schema_hash for schema in ALL}) == len(ALL)


def test_the_hash_is_the_same_every_time() -> None:
    one, again = (build("crm.thing", "thing", "Thing", text("name", "Name")) for _ in range(2))
    assert asdict(one) == asdict(again)
    assert replace(one, schema_hash="") != one


def test_prefixes_tell_objects_apart() -> None:
    assert len({prefix for prefix, _first in PREFIXES.values()}) == len(PREFIXES)
