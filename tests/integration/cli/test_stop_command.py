from pathlib import Path

import pytest
from tests.integration.cli.commands import Placet


def test_a_stop_holds_approvals_until_it_is_released(placet: Placet, asked: str) -> None:
    assert placet("stop", "--as", "priya", "--reason", "something is off").status == 0
    held = placet("proposals", "approve", asked, "--as", "dana")
    assert held.status == 1
    assert "writes are stopped (`all`: something is off)" in held.err
    assert placet("stop", "--release", "--as", "priya", "--reason", "all is well").status == 0
    assert placet("proposals", "approve", asked, "--as", "dana").status == 0


def test_the_list_says_who_stopped_what_and_why(placet: Placet, project: Path) -> None:
    assert "writes are not stopped" in placet("stop", "--list").out
    placet("stop", "connector:crm", "--as", "priya", "--reason", "the CRM moves house")
    (switch,) = placet("stop", "--list", "--json").json["switches"]
    assert switch | {"at": ""} == {
        "name": "connector:crm", "stopped": True, "by": "priya", "reason": "the CRM moves house", "at": "",
    }  # fmt: skip


def test_both_moves_of_the_switch_are_on_the_ledger(placet: Placet, project: Path) -> None:
    placet("stop", "tool:crm.move_deal", "--as", "priya", "--reason", "wrong stages")
    placet("stop", "tool:crm.move_deal", "--release", "--as", "priya", "--reason", "mended")
    kinds = [one["kind"] for one in placet("audit", "show", "--json").json["entries"]]
    assert kinds == ["switch.stopped", "switch.released"]


def test_somebody_elses_switch_is_not_released(placet: Placet, project: Path) -> None:
    placet("stop", "--as", "priya", "--reason", "something is off")
    told = placet("stop", "--release", "--as", "riley", "--reason", "I need it", "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "switch_held")
    assert "`all` was stopped by priya, so `riley` may not release it" in told.err
    assert placet("stop", "--list", "--json").json["switches"][0]["stopped"] is True


@pytest.mark.parametrize("name", ["everything", "agent:nobody", "connector:", "tool:move_deal"])
def test_a_misspelt_switch_is_refused_since_it_would_stop_nothing(placet: Placet, project: Path, name: str) -> None:
    told = placet("stop", name, "--as", "priya", "--reason", "to be safe")
    assert told.status == 2
    assert "tool:crm.move_deal" in told.err
    assert placet("stop", "--list", "--json").json == {"switches": []}


def test_a_stop_by_nobody_known_is_refused(placet: Placet, project: Path) -> None:
    assert placet("stop", "--as", "mallory", "--reason", "because").status == 1
    assert placet("stop", "--list", "--json").json == {"switches": []}
