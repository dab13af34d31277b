from pathlib import Path

import pytest
from tests.integration.cli.commands import Placet


def test_a_new_project_is_in_order(placet: Placet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = placet("init", "demo-co", "--json")
    assert made.status == 0
    assert "policies/rules.yaml" in made.json["files"]
    checked = placet("--project", "demo-co", "check", "--json")
    assert (checked.status, checked.json["ok"], checked.json["findings"]) == (0, True, [])


def test_init_does_not_touch_a_folder_in_use(placet: Placet, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.parent)
    told = placet("init", "co")
    assert told.status == 1
    assert told.err.startswith("error: `")
    assert "next: choose another name" in told.err


def test_check_names_file_line_and_nearest_match(placet: Placet, project: Path) -> None:
    agent = project / "agents/sales_assistant.yaml"
    agent.write_text(agent.read_text().replace("crm.move_deal", "crm.mvoe_deal"))
    told = placet("check", "--json")
    (finding,) = told.json["findings"]
    assert told.status == 1
    assert finding["file"] == "agents/sales_assistant.yaml"
    assert agent.read_text().splitlines()[finding["line"] - 1].strip() == "- crm.mvoe_deal"
    assert finding["nearest"] == "crm.move_deal"


def test_check_shows_people_the_same_as_a_table(placet: Placet, project: Path) -> None:
    (project / "graphs/assistant.py").unlink()
    told = placet("check")
    assert told.status == 1
    assert "agents/sales_assistant.yaml:" in told.out


def test_a_project_is_found_from_a_folder_inside_it(
    placet: Placet, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "policies")
    assert placet("check").status == 0


def test_outside_a_project_the_way_in_is_told(placet: Placet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = placet("check")
    assert told.status == 1
    assert "error: no placet.toml" in told.err
    assert "next: run `placet init NAME`" in told.err


def test_a_misspelt_variable_is_one_sentence(placet: Placet, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACET_DATABSE__URL", "sqlite:///elsewhere")
    told = placet("audit", "verify")
    assert told.status == 1
    assert "did you mean `PLACET_DATABASE__…`" in told.err
    assert "Traceback" not in told.err
