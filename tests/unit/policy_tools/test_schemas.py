"""The published schemas take the reference files and refuse what the reader refuses."""

from pathlib import Path
from typing import Any

import pytest
from tests.unit.policy_tools.conftest import REFERENCE
from tests.unit.policy_tools.instances import problems

from placet.rules import SCHEMAS, parse_yaml, policy_schema, read_yaml

FILES = sorted(REFERENCE.rglob("*.yaml"))


def schema(name: str) -> Any:
    return policy_schema(name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_reference_file_fits_its_schema(path: Path) -> None:
    name = "tests" if path.parent.name == "tests" else path.stem
    assert list(problems(read_yaml(path, path.name).data, schema(name), schema(name))) == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_names_its_dialect_and_refuses_unknown_fields(name: str) -> None:
    assert schema(name)["$schema"].endswith("2020-12/schema")
    assert list(problems({"surprise": 1}, schema(name), schema(name)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rules", "rules: [{id: r, on: [crm.deal], then: deny, because: x}]"),
        ("rules", "rules: [{id: r, on: ['crm.deal:update'], then: ask, because: x}]"),
        ("rules", "rules: [{id: r, on: ['crm.deal:update'], then: deny, because: x, expires: 4h}]"),
        ("rules", "rules: [{id: r, on: [], then: deny, because: x}]"),
        ("rules", "rules: [{id: R, on: ['crm.deal:update'], then: deny, because: x}]"),
        ("rules", "rules: [{id: r, on: ['crm.deal:update'], then: refuse, because: x}]"),
        ("people", "people: [{id: a, name: A}]"),
        ("people", "people: [{id: a, name: A, email: a@b, active: NO}]"),
        ("roles", "roles: [{id: a, scopes: [x]}]"),
        ("calendars", "calendars: [{id: a, zone: UTC, week: {moonday: ['09:00-10:00']}}]"),
        ("calendars", "calendars: [{id: a, zone: UTC, week: {monday: ['9-10']}}]"),
        ("tests", "tests: [{name: a, as: b, scope: 'a.b:c', expect: {verdict: perhaps}}]"),
    ],
)
def test_what_the_reader_refuses_by_its_shape_the_schema_refuses_too(name: str, text: str) -> None:
    assert list(problems(parse_yaml(text, "f").data, schema(name), schema(name)))
