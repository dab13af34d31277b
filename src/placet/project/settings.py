"""Settings of a project: `placet.toml`, over which the environment wins."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from placet.errors import Finding, ProjectInvalid, SettingInvalid
from placet.project.toml_lines import TomlPath, line_in, lines_of
from placet.rules import nearest
from placet.vocabulary import Grade, Idempotency, Undo

SETTINGS_FILE = "placet.toml"
PREFIX = "PLACET_"
_SECRET_KEY = re.compile(r"(?:^|_)(token|secret|password|passwd|api_?key|private_key|grant_key|credentials?)(?:_|$)")
_SECRET_VALUE = re.compile(r"(?:xox[a-z]|xapp|sk)-\S{8,}")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProjectSettings(_Table):
    """`[project]`. `name` is what people see."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = "placet project"


class DatabaseSettings(_Table):
    """`[database]`. `url` is `sqlite:///file`, relative to the project folder, or `postgresql://…`."""

    url: str = Field(default="sqlite:///.placet/placet.sqlite", repr=False)


class CheckpointSettings(_Table):
    """`[checkpoints]`. A database of its own: graph states carry no authority (DESIGN §6)."""

    url: str = Field(default="sqlite:///.placet/checkpoints.sqlite", repr=False)


class DispatchSettings(_Table):
    """`[dispatch]`. `dbos` is durable; `inline` runs work in the calling process, for tests and evals."""

    engine: Literal["dbos", "inline"] = "dbos"


class SlackSettings(_Table):
    """`[slack]`. `api_url` is where the Web API answers: Slack's own, or a local Slack on loopback."""

    api_url: str = "https://slack.com/api/"
    mode: Literal["socket"] = "socket"

    @field_validator("api_url")
    @classmethod
    def _encrypted_or_loopback(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}):
            return url if url.endswith("/") else f"{url}/"
        raise ValueError("the bot token travels there: use https, or http on 127.0.0.1")


class ModelSettings(_Table):
    """`[model]`. `script` is the file of a `scripted` model, relative to the project folder."""

    kind: Literal["local", "openai", "scripted"] = "local"
    name: str = ""
    base_url: str = ""
    timeout_seconds: Annotated[int, Field(ge=1, le=600)] = 60
    script: str = ""


class SystemSettings(_Table):
    """`[systems.NAME]`. `path` is relative to the project folder; the other fields default to the connector's own."""

    connector: Literal["embedded"] = "embedded"
    path: str = ""
    grade: Grade | None = None
    idempotency: Idempotency | None = None
    undo: Undo | None = None


class LimitSettings(_Table):
    """`[limits]`. For agents that name no limits of their own."""

    steps_per_run: Annotated[int, Field(ge=1, le=100)] = 12
    proposals_per_run: Annotated[int, Field(ge=1, le=100)] = 20


class LedgerSettings(_Table):
    """`[ledger]`. `origin` names the ledger in its signed heads; empty: made from the project's name.

    Heads are signed every `sign_every_seconds` where a key is given, and put at the anchors that are not empty.
    `anchor_file` and `anchor_git` (a repository) are relative to the project folder; `anchor_git_remote` is pushed to.
    """

    origin: Annotated[str, Field(max_length=200)] = ""
    sign_every_seconds: Annotated[int, Field(ge=1, le=86_400)] = 60
    anchor_file: str = ""
    anchor_git: str = ""
    anchor_git_remote: str = ""

    @field_validator("origin")
    @classmethod
    def _one_word(cls, origin: str) -> str:
        if "+" in origin or any(char.isspace() or not char.isprintable() for char in origin):
            raise ValueError(
                "it stands in a line of a signed note: no space, plus or control sign (c2sp.org/signed-note)"
            )
        return origin

    @field_validator("anchor_git_remote")
    @classmethod
    def _no_option_and_no_password(cls, remote: str) -> str:
        if remote.startswith("-") or _holds_secret(remote):
            raise ValueError("name a remote or a URL without a password; git has its own places for credentials")
        return remote


SystemName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Settings(BaseSettings):
    """All settings. `PLACET_DATABASE__URL` in the environment overrides `url` in `[database]`, and so on.

    `grant_seconds` is how long the executor's permission to send lives. Secrets are not here: see `Secrets`.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, case_sensitive=False
    )

    project: ProjectSettings = ProjectSettings()
    database: DatabaseSettings = DatabaseSettings()
    checkpoints: CheckpointSettings = CheckpointSettings()
    dispatch: DispatchSettings = DispatchSettings()
    slack: SlackSettings = SlackSettings()
    model: ModelSettings = ModelSettings()
    systems: dict[SystemName, SystemSettings] = Field(default_factory=dict)
    limits: LimitSettings = LimitSettings()
    ledger: LedgerSettings = LedgerSettings()
    grant_seconds: Annotated[int, Field(ge=1, le=300)] = 30

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings passes it by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings passes it by name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings passes it by name
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then what `placet.toml` said; nothing else is read."""
        return env_settings, init_settings


def load_settings(folder: Path) -> Settings:
    """Read `placet.toml` in `folder` and the environment.

    Raises:
        ProjectInvalid: the file cannot be parsed, holds unknown keys or a secret; each with its line.
        SettingInvalid: a value is wrong, in the file or in the environment.
    """
    text, data = _read(folder / SETTINGS_FILE)
    lines = lines_of(text)
    findings = tuple(_findings(data, lines))
    if findings:
        raise ProjectInvalid(findings=findings)
    _refuse_unknown_variables()
    try:
        return Settings(**data)
    except ValidationError as error:
        raise _wrong(error, data, lines) from None
    except ValueError:  # pydantic-settings: a table was given as JSON in one variable, and does not parse
        raise SettingInvalid(setting=f"{PREFIX}…", reason="a variable that stands for a table is not JSON") from None


def setting_line(folder: Path, path: TomlPath) -> int:
    """The line of a setting in the project's `placet.toml`; 0 where the environment alone gives it."""
    return line_in(lines_of(_read(folder / SETTINGS_FILE)[0]), path)


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ProjectInvalid(findings=(Finding(SETTINGS_FILE, 0, "the file cannot be read as UTF-8 text"),)) from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+)", str(error))
        reason = str(error).split(" (at ")[0]
        finding = Finding(
            SETTINGS_FILE, int(match[1]) if match else 0, f"this is not TOML: {reason[:1].lower()}{reason[1:]}"
        )
        raise ProjectInvalid(findings=(finding,)) from None


def _findings(data: Mapping[str, Any], lines: Mapping[TomlPath, int]) -> Iterator[Finding]:
    for path, value in _leaves(data, ()):
        line = line_in(lines, path)
        secret = next((part for part in path if _SECRET_KEY.search(part.lower().replace("-", "_"))), None)
        if secret is not None or _holds_secret(value):
            name = ".".join(path)
            message = f"`{name}` looks like a secret; secrets come from the environment or a file, never from here"
            yield Finding(SETTINGS_FILE, line, message)
    for path, known in _unknown(data):
        what = f"unknown setting `{'.'.join(path)}`"
        yield Finding(SETTINGS_FILE, line_in(lines, path), what, nearest(path[-1], known))


def _leaves(value: Mapping[str, Any], path: TomlPath) -> Iterator[tuple[TomlPath, object]]:
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _leaves(item, (*path, key))
        else:
            yield (*path, key), item


def _holds_secret(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        password = urlsplit(value).password
    except ValueError:
        password = None
    return bool(password) or _SECRET_VALUE.search(value) is not None


def _unknown(data: Mapping[str, Any]) -> Iterator[tuple[TomlPath, tuple[str, ...]]]:
    """Every key no table has, with the keys it has. Secret-looking ones are reported as secrets only."""
    for name, value in data.items():
        if name not in Settings.model_fields:
            yield (name,), tuple(Settings.model_fields)
        elif name == "systems" and isinstance(value, dict):
            for system, table in value.items():
                yield from _unknown_in(table, SystemSettings, (name, system))
        else:
            annotation = Settings.model_fields[name].annotation
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                yield from _unknown_in(value, annotation, (name,))


def _unknown_in(table: object, model: type[BaseModel], path: TomlPath) -> Iterator[tuple[TomlPath, tuple[str, ...]]]:
    for key in table if isinstance(table, dict) else ():
        if key not in model.model_fields and not _SECRET_KEY.search(key.lower().replace("-", "_")):
            yield (*path, key), tuple(model.model_fields)


def _refuse_unknown_variables() -> None:
    """A misspelt `PLACET_DATABSE__URL` would be ignored silently, and another database used."""
    for variable in sorted(os.environ):
        name, nested, _rest = variable.upper().removeprefix(PREFIX).partition("__")
        if variable.upper().startswith(PREFIX) and nested and name.lower() not in Settings.model_fields:
            close = nearest(name.lower(), Settings.model_fields)
            hint = f"; did you mean `{PREFIX}{close.upper()}__…`?" if close else ""
            raise SettingInvalid(setting=variable, reason=f"there is no table `{name.lower()}`{hint}")


def _wrong(error: ValidationError, data: Mapping[str, Any], lines: Mapping[TomlPath, int]) -> SettingInvalid:
    first = error.errors(include_input=False, include_url=False)[0]
    path = tuple(str(part) for part in first["loc"] if part != "[key]")
    message = first["msg"].removeprefix("Value error, ").removesuffix(".")
    reason = f"{message[:1].lower()}{message[1:]}"
    variable = PREFIX + "__".join(path).upper()
    if any(variable == name.upper() or variable.startswith(f"{name.upper()}__") for name in os.environ):
        return SettingInvalid(setting=variable, reason=reason)
    written = any(name[: len(path)] == path for name, _value in _leaves(data, ()))
    return SettingInvalid(setting=".".join(path), reason=reason, line=line_in(lines, path) if written else 0)
