import sqlite3
from pathlib import Path

import pytest
from tests.integration.cli.commands import Placet


def damage(project: Path, statement: str) -> None:
    connection = sqlite3.connect(project / ".placet/placet.sqlite")
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_an_untouched_ledger_verifies_and_names_its_head(placet: Placet, project: Path, asked: str) -> None:
    told = placet("audit", "verify", "--json")
    entries = placet("audit", "show", "--json").json["entries"]
    assert told.status == 0
    assert told.json["ledger"] == "verified"
    assert (told.json["entries"], told.json["head"]) == (len(entries), entries[-1]["hash"])
    assert (told.json["heads"], told.json["findings"]) == (0, [])


@pytest.mark.damages_ledger
@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            "UPDATE ledger SET entry = CAST(replace(entry, 'riley', 'omar!') AS BLOB) WHERE seq = 1",
            "ledger entry 1 does not verify: edited: its content was changed",
        ),
        ("DELETE FROM ledger WHERE seq = 2", "ledger entry 2 does not verify: deleted: it is missing"),
    ],
)
def test_a_changed_ledger_is_named_at_its_first_broken_entry(
    placet: Placet, project: Path, asked: str, statement: str, says: str
) -> None:
    damage(project, statement)
    told = placet("audit", "verify")
    assert told.status == 1
    assert "verified" not in told.out
    assert says in told.err
    assert "next: keep a copy" in told.err


def test_show_keeps_to_one_run_and_to_the_newest(placet: Placet, asked: str) -> None:
    everything = placet("audit", "show", "--json").json["entries"]
    run = everything[0]["run"]
    assert {one["run"] for one in placet("audit", "show", "--run", run, "--json").json["entries"]} == {run}
    assert placet("audit", "show", "--last", "1", "--json").json["entries"] == everything[-1:]
    assert placet("audit", "show", "--run", "R-NONE").out == "no entries\n"


def test_people_read_who_asked_for_what(placet: Placet, asked: str) -> None:
    told = placet("audit", "show").out
    assert "run.received" in told
    assert "requester: riley; request: set hooli to 120000" in told
