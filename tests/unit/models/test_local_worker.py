import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.models.local_worker import KEPT_TOOL_SETS, LARGEST_INTEGER, ToolSets, answer, exact_numbers, serve


class Library:
    """Stands in for the `needle` module and counts what is prepared and closed."""

    def __init__(self) -> None:
        self.prepared: list[str] = []
        self.closed: list[str] = []

    def Needle(self, *, system: str, **_: object) -> "Prepared":  # noqa: N802 - the library's name
        self.prepared.append(system)
        return Prepared(self, system)


class Prepared:
    def __init__(self, library: Library, system: str) -> None:
        self.library, self.system = library, system

    def complete(self, text: str) -> dict[str, str]:
        return {"said": f"{self.system}: {text}"}

    def close(self) -> None:
        self.library.closed.append(self.system)


def _ask(sets: ToolSets, system: str) -> Mapping[str, Any]:
    return sets.complete({"tools": [], "system": system, "text": "hi"})


def test_a_tool_set_is_prepared_once_and_the_oldest_unused_is_closed() -> None:
    library = Library()
    sets = ToolSets(library)
    names = [f"s{number}" for number in range(KEPT_TOOL_SETS)]
    assert [_ask(sets, name)["said"] for name in [*names, "s0"]] == [f"{name}: hi" for name in [*names, "s0"]]
    _ask(sets, "one more")
    assert library.prepared == [*names, "one more"]
    assert library.closed == ["s1"]


def test_every_line_is_answered_with_its_own_id_even_after_a_failure() -> None:
    def complete(request: Mapping[str, Any]) -> Mapping[str, Any]:
        if request["text"] == "bad":
            raise KeyError("bad")
        return {"confidence": 0.5}

    out = io.StringIO()
    serve([json.dumps({"id": place, "text": text}) for place, text in enumerate(["bad", "good"])], out, complete)
    first, second = map(json.loads, out.getvalue().splitlines())
    assert first == {"id": 0, "error": "KeyError: 'bad'"}
    assert second == {"id": 1, "calls": [], "suppressed": [], "ungrounded": [], "confidence": "0.5000"}


@given(st.floats() | st.integers())
def test_a_number_stays_equal_or_is_refused(number: float) -> None:
    try:
        exact = exact_numbers({"n": [number]})
    except ArithmeticError:
        assert not abs(number) <= LARGEST_INTEGER
    else:
        assert exact == {"n": [number]}
        assert ".0]" not in str(exact)


@pytest.mark.parametrize(
    ("given", "written"),
    [(0.3452, "0.3452"), (1, "1.0000"), (1.2, None), (-0.1, None), (float("nan"), None), (None, None)],
)
def test_a_confidence_outside_zero_to_one_is_none_at_all(given: float | None, written: str | None) -> None:
    assert answer({"confidence": given})["confidence"] == written
