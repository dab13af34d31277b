"""Exported lines: whatever is changed in one of them is located at that line, and nothing crashes the verifier."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.ledger_heads.chains import KEYS, chain, signed

from placet.ledger.standalone import Row, examine, read_checkpoint, read_export, split_notes

ROWS = chain(8)
HEADS = signed(ROWS, 4, 8)


def line(row: Row) -> dict[str, object]:
    """An entry as `export_jsonl` writes it."""
    kept = row._asdict() | {"entry": row.entry.decode()}
    return {name: value for name, value in kept.items() if name not in {"leaf", "by"}}


LINES = [json.dumps(line(row)) for row in ROWS]
anything = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just([]), st.just({}))


@given(st.integers(0, 7), st.sampled_from(sorted(line(ROWS[0]))), anything)
def test_another_value_in_any_field_is_located_at_its_line(at: int, field: str, value: object) -> None:
    changed = line(ROWS[at]) | {field: value}
    report = examine(read_export([*LINES[:at], json.dumps(changed), *LINES[at + 1 :]]), HEADS, KEYS)
    if value == line(ROWS[at])[field] and type(value) is type(line(ROWS[at])[field]):
        assert report.ok
    else:
        assert report.findings[0].entry == at + 1


@given(st.integers(0, 7), st.data())
def test_another_character_in_a_line_is_located_at_its_line(at: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(LINES[at]) - 1))
    changed = LINES[at][:place] + data.draw(st.characters()) + LINES[at][place + 1 :]
    report = examine(read_export([*LINES[:at], changed, *LINES[at + 1 :]]), HEADS, KEYS)
    assert report.ok if read(changed) == line(ROWS[at]) else report.findings[0].entry == at + 1


def read(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 300), st.characters()), min_size=1, max_size=4))
def test_changed_notes_are_read_as_notes_or_refused(changes: list[tuple[int, str]]) -> None:
    letters = list("".join(HEADS))
    for place, letter in changes:
        letters[place % len(letters)] = letter
    for note in split_notes("".join(letters)):
        assert refusal(note)[:3] in {"", "it "}


def refusal(note: str) -> str:
    try:
        read_checkpoint(note)
    except ValueError as error:
        return str(error)
    return ""
