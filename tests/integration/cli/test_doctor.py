import sqlite3
from pathlib import Path

import pytest
from tests.integration.cli.commands import Placet

from placet.cli.diagnosis import examine_all
from placet.cli.rows import Row
from placet.localslack import LocalSlack, LocalUser


async def look(project: Path, what: str, *, upgrade: bool = False) -> Row:
    (row,) = [one for one in await examine_all(project, upgrade=upgrade) if one.what == what]
    return row


def test_a_project_in_use_has_no_failing_row(placet: Placet, asked: str) -> None:
    told = placet("doctor", "--json")
    states = {row["what"]: row["state"] for row in told.json["rows"]}
    assert (told.status, told.json["ok"]) == (0, True)
    assert states | {"workers": "warn", "messages": "warn", "slack bot token": "warn"} == states
    assert states["database"] == states["ledger"] == states["system crm"] == states["model"] == "ok"


def test_each_row_that_is_not_well_says_what_to_do(placet: Placet, asked: str) -> None:
    rows = placet("doctor", "--json").json["rows"]
    assert [row["what"] for row in rows if row["state"] != "ok" and not row["next"]] == []


async def test_nothing_is_made_by_looking(project: Path) -> None:
    await examine_all(project, upgrade=False)
    assert not (project / ".placet").exists()


async def test_a_database_in_a_folder_that_is_not_there_fails(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACET_DATABASE__URL", f"sqlite:///{project}/nowhere/placet.sqlite")
    row = await look(project, "database")
    assert (row.state, row.remedy.startswith("check the setting `database.url`")) == ("fail", True)


async def test_a_database_of_another_version_fails(project: Path, asked: str) -> None:
    connection = sqlite3.connect(project / ".placet/placet.sqlite")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    row = await look(project, "database", upgrade=True)
    assert row.state == "fail"
    assert "has schema `9999`" in row.found


@pytest.mark.damages_ledger
def test_a_broken_ledger_fails_the_whole_command(placet: Placet, project: Path, asked: str) -> None:
    connection = sqlite3.connect(project / ".placet/placet.sqlite")
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute("DELETE FROM ledger WHERE seq = 1")
    connection.commit()
    connection.close()
    told = placet("doctor", "--json")
    assert told.status == 1
    assert [row["what"] for row in told.json["rows"] if row["state"] == "fail"] == ["ledger"]


async def test_the_bot_token_is_tried_where_it_is_given(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with LocalSlack([LocalUser("U1", "riley", "Riley", "riley@example.org")]) as slack:
        monkeypatch.setenv("PLACET_SLACK__API_URL", slack.api_url)
        monkeypatch.setenv("PLACET_SLACK_BOT_TOKEN", slack.bot_token)
        assert (await look(project, "slack bot token")).state == "ok"
        monkeypatch.setenv("PLACET_SLACK_BOT_TOKEN", "xoxb-wrong")
        row = await look(project, "slack bot token")
    assert (row.state, row.found) == ("fail", "Slack refuses it: invalid_auth")


async def test_a_slack_that_does_not_answer_fails(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with LocalSlack([LocalUser("U1", "riley", "Riley", "riley@example.org")]) as slack:
        gone = slack.api_url
    monkeypatch.setenv("PLACET_SLACK__API_URL", gone)
    monkeypatch.setenv("PLACET_SLACK_BOT_TOKEN", "xoxb-any")
    assert (await look(project, "slack bot token")).state == "fail"


async def test_a_model_without_its_key_fails(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACET_MODEL__KIND", "openai")
    row = await look(project, "model")
    assert (row.state, row.found) == ("fail", "the model needs `PLACET_MODEL_API_KEY`")


async def test_a_broken_project_is_said_first(project: Path) -> None:
    (project / "policies/people.yaml").unlink()
    rows = await examine_all(project, upgrade=False)
    assert (rows[-1].what, rows[-1].state, rows[-1].remedy) == ("project", "fail", "run `placet check`")
