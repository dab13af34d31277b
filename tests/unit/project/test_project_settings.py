import json
from pathlib import Path

import pytest

from placet.errors import Finding, ProjectInvalid, SecretMissing, SettingInvalid
from placet.project import Secrets, Settings, load_settings
from placet.vocabulary import Grade


def settings_from(folder: Path, toml: str) -> Settings:
    (folder / "placet.toml").write_text(toml, encoding="utf-8")
    return load_settings(folder)


def refusal(folder: Path, toml: str) -> Finding:
    with pytest.raises(ProjectInvalid) as caught:
        settings_from(folder, toml)
    return caught.value.findings[0]


def test_an_empty_file_gives_the_documented_defaults(tmp_path: Path) -> None:
    settings = settings_from(tmp_path, "")
    assert settings.database.url == "sqlite:///.placet/placet.sqlite"
    assert (settings.dispatch.engine, settings.model.kind, settings.slack.mode) == ("dbos", "local", "socket")
    assert (settings.limits.steps_per_run, settings.limits.proposals_per_run, settings.grant_seconds) == (12, 20, 30)


def test_the_environment_wins_field_by_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACET_SYSTEMS__CRM__GRADE", "weak")
    monkeypatch.setenv("PLACET_MODEL__KIND", "openai")
    monkeypatch.setenv("PLACET_GRANT_SECONDS", "45")
    settings = settings_from(tmp_path, '[model]\nkind = "local"\nname = "m"\n[systems.crm]\npath = "x"\n')
    assert (settings.model.kind, settings.model.name, settings.grant_seconds) == ("openai", "m", 45)
    assert (settings.systems["crm"].grade, settings.systems["crm"].path) == (Grade.WEAK, "x")


@pytest.mark.parametrize(
    ("toml", "line", "nearest"),
    [
        ('[databse]\nurl = "x"\n', 1, "database"),
        ("[limits]\n\nsteps_per_runs = 3\n", 3, "steps_per_run"),
        ('[systems.crm]\nconector = "embedded"\n', 2, "connector"),
        ('systems.crm = {pth = "x"}\n', 1, "path"),
        ("grant_second = 3\n", 1, "grant_seconds"),
    ],
)
def test_an_unknown_setting_is_refused_with_line_and_nearest(
    tmp_path: Path, toml: str, line: int, nearest: str
) -> None:
    found = refusal(tmp_path, toml)
    assert (found.file, found.line, found.nearest) == ("placet.toml", line, nearest)


@pytest.mark.parametrize(
    "toml",
    [
        '[slack]\nbot_token = "hidden-value"\n',
        '[model]\napi_key = "hidden-value"\n',
        '[model]\nname = "sk-hidden-value"\n',
        '[database]\nurl = "postgresql://placet:hidden-value@db/placet"\n',
        '[systems.crm]\nclient_secret = "hidden-value"\n',
    ],
)
def test_a_secret_in_the_file_is_refused_with_its_line_and_not_repeated(tmp_path: Path, toml: str) -> None:
    found = refusal(tmp_path, toml)
    assert found.line == 2
    assert "looks like a secret" in found.message
    assert "hidden-value" not in str(found)


@pytest.mark.parametrize(
    ("toml", "setting", "line"),
    [
        ("[limits]\nsteps_per_run = 0\n", "limits.steps_per_run", 2),
        ('\n[dispatch]\nengine = "celery"\n', "dispatch.engine", 3),
        ('[slack]\napi_url = "http://slack.example/api/"\n', "slack.api_url", 2),
        ('[systems.crm]\nconnector = "sap"\n', "systems.crm.connector", 2),
        ('model = "local"\n', "model", 1),
    ],
)
def test_a_wrong_value_names_its_setting(tmp_path: Path, toml: str, setting: str, line: int) -> None:
    with pytest.raises(SettingInvalid) as caught:
        settings_from(tmp_path, toml)
    assert (caught.value.setting, caught.value.line) == (setting, line)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PLACET_LIMITS__STEPS_PER_RUN", "x"), ("PLACET_DATABSE__URL", "sqlite:///x"), ("PLACET_MODEL__KINDS", "local")],
)
def test_a_wrong_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingInvalid) as caught:
        settings_from(tmp_path, "")
    assert caught.value.setting == variable


def test_a_file_that_is_not_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[project]\nname = Merle\n").line == 2


def test_settings_do_not_print_a_password_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACET_DATABASE__URL", "postgresql://placet:hidden-value@db/placet")
    settings = settings_from(tmp_path, "")
    assert "hidden-value" in settings.database.url
    assert "hidden-value" not in repr(settings)


def test_secrets_come_from_a_variable_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("from-file\n")
    monkeypatch.setenv("PLACET_SLACK_APP_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("PLACET_SLACK_BOT_TOKEN", "from-variable")
    assert Secrets().slack_app_token().reveal() == "from-file"
    assert Secrets().slack_bot_token().reveal() == "from-variable"
    assert "from" not in f"{Secrets().slack_bot_token()}"


def test_a_missing_secret_says_which_variable_to_set() -> None:
    with pytest.raises(SecretMissing) as caught:
        Secrets().model_api_key()
    assert "PLACET_MODEL_API_KEY_FILE" in caught.value.next_step


def test_a_secret_file_that_cannot_be_read_is_said_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACET_MODEL_API_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingInvalid, match="PLACET_MODEL_API_KEY_FILE"):
        Secrets().model_api_key()


def test_without_a_grant_key_the_process_makes_one_and_keeps_it() -> None:
    key = Secrets().grant_key()
    assert len(bytes.fromhex(key.reveal())) == 32
    assert Secrets().grant_key() == key


@pytest.mark.parametrize("given", ["ab" * 31, "not hexadecimal" * 9])
def test_a_weak_grant_key_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PLACET_GRANT_KEY", given)
    with pytest.raises(SettingInvalid) as caught:
        Secrets().grant_key()
    assert given not in json.dumps(vars(caught.value))
