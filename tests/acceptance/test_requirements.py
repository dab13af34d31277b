"""The table of promises and the tests point at each other."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.acceptance.requirements import REQUIREMENTS

TESTS = Path(__file__).resolve().parents[1]


def claims(source: str) -> Iterator[str]:
    """The rows that `pytest.mark.requirement("ID", …)` names in a test file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.requirement"):
            yield from (ast.literal_eval(argument) for argument in node.args)


@cache
def claimed() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for row in claims(path.read_text()):
            found.setdefault(row, []).append(str(path.relative_to(TESTS)))
    return found


def test_every_built_row_has_a_test() -> None:
    assert [row.id for row in REQUIREMENTS if row.built and row.id not in claimed()] == []


def test_every_test_names_a_row_that_exists() -> None:
    known = {row.id for row in REQUIREMENTS}
    assert {row: files for row, files in claimed().items() if row not in known} == {}


def test_every_row_has_its_own_id_a_text_and_a_source() -> None:
    assert len({row.id for row in REQUIREMENTS}) == len(REQUIREMENTS)
    assert [row.id for row in REQUIREMENTS if not row.text or not row.sources] == []


def test_only_a_built_row_lacks_a_part() -> None:
    assert [row.id for row in REQUIREMENTS if row.lacks and not row.built] == []


def test_claims_are_found_on_functions_classes_and_whole_files() -> None:
    source = (
        'pytestmark = pytest.mark.requirement("A-1")\n'
        '@pytest.mark.requirement("A-2", "A-3")\nasync def test_one(): ...\n'
        '@mark.requirement("A-4")\nclass TestTwo: ...\n'
        '# pytest.mark.requirement("A-5")\n'
    )
    assert sorted(claims(source)) == ["A-1", "A-2", "A-3", "A-4"]
