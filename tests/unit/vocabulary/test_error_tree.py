"""The error tree: drawn as it is, every error with a code, its facts and a sentence in one style."""

import dataclasses
import importlib
import pickle
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

import placet
from placet import errors
from placet.errors import PlacetError

PROPER = {"Slack"}
"""Words that begin a message with a capital."""


def subclasses(kind: type[PlacetError]) -> Iterator[type[PlacetError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from subclasses(one)


ALL = [one for one in subclasses(PlacetError) if one.__module__ == "placet.errors"]


def drawn() -> dict[str, str]:
    """Each drawn name and the name above it."""
    above, parents = ["PlacetError"], {"PlacetError": ""}
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^    ([│ ]*)[├└]── (\w+)\b", line)
        if found:
            depth = 1 + len(found[1]) // 4
            above = [*above[:depth], found[2]]
            parents[found[2]] = above[depth - 1]
    return parents


def an(kind: type[PlacetError]) -> PlacetError:
    """An error of that kind with plain facts."""
    facts: dict[str, Any] = {}
    for one in dataclasses.fields(kind):
        missing = one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
        if missing:
            facts[one.name] = 7 if one.type is int else f"the {one.name}"
    return kind(**facts)


def test_the_tree_is_drawn_as_it_is() -> None:
    assert drawn() == {one.__name__: one.__base__.__name__ if one is not PlacetError else "" for one in ALL}  # type: ignore[union-attr]  # every class has a base


def test_every_code_is_used_once() -> None:
    codes = [one.code for one in ALL]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


def test_no_error_of_placet_lives_outside_the_tree() -> None:
    for module in pkgutil.walk_packages(placet.__path__, "placet."):
        if not module.name.endswith(("__main__", "env")) and ".versions." not in module.name:
            importlib.import_module(module.name)
    assert [one for one in subclasses(PlacetError) if one.__module__ != "placet.errors"] == []


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_an_error_says_its_facts_in_one_style(kind: type[PlacetError]) -> None:
    said = str(an(kind))
    assert said
    assert not said.endswith(".")
    assert said[0].islower() or said[0] == "`" or said.split(maxsplit=1)[0] in PROPER
    assert "{" not in said + an(kind).next_step


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_what_to_do_next_is_in_the_same_style(kind: type[PlacetError]) -> None:
    step = an(kind).next_step
    assert not step.endswith(".")
    assert kind.__doc__


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_an_error_survives_a_trip_to_another_process(kind: type[PlacetError]) -> None:
    error = an(kind)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (kind, str(error), vars(error))


LEAVES = [one for one in ALL if not one.__subclasses__()]


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_an_error_that_is_raised_says_what_to_do_next(kind: type[PlacetError]) -> None:
    assert an(kind).next_step
