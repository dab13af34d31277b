"""What the demo plays on: a company of its own, a local Slack, and settings that point `placet serve` at both."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from placet.connectors.embedded import EmbeddedSystem, seed_company
from placet.errors import DatabaseInUse
from placet.localslack import LocalChannel, LocalSlack, LocalUser
from placet.project.loader import Project
from placet.storage.engine import shown_url
from placet.storage.schema import is_empty

ModelKind = Literal["local", "openai", "scripted"]

FOLDER = Path(".placet", "demo")
SCRIPT = Path(__file__).resolve().parents[1] / "demo_script.json"
"""What the scripted model answers: what the local model was measured to answer, mistakes included."""

DATABASE, CHECKPOINTS = "PLACET_DATABASE__URL", "PLACET_CHECKPOINTS__URL"
OWN_SERVER = "postgresql"
"""The note in the demo's folder that names the PostgreSQL database the last demo began in."""

STRANGER = LocalUser("U0SAM", "sam", "Sam Stranger", "sam@elsewhere.example", "not in the policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A project, the folder the demo works in, the local Slack, and the model that `serve` is told to use.

    `script` is the file of answers of a scripted model.
    """

    project: Project
    folder: Path
    slack: LocalSlack
    model: ModelKind
    script: Path = SCRIPT

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "serve.log"

    @property
    def database_url(self) -> str:
        """The demo's own SQLite file, or the PostgreSQL database that the environment names."""
        return _server_in(DATABASE) or f"sqlite:///{self.folder / 'placet.sqlite'}"

    @property
    def checkpoints_url(self) -> str:
        """The same for the checkpoints."""
        return _server_in(CHECKPOINTS) or f"sqlite:///{self.folder / 'checkpoints.sqlite'}"

    @property
    def systems(self) -> dict[str, EmbeddedSystem]:
        """The demo's own CRM and ERP."""
        return {
            "crm": EmbeddedSystem("crm", self.folder / "crm.sqlite"),
            "erp": EmbeddedSystem("erp", self.folder / "erp.sqlite"),
        }

    def environment(self) -> dict[str, str]:
        """The server's environment: everything in which the demo differs from production."""
        settings = {
            DATABASE: self.database_url,
            CHECKPOINTS: self.checkpoints_url,
            "PLACET_DISPATCH__ENGINE": "dbos",
            "PLACET_SYSTEMS__CRM__PATH": str(self.folder / "crm.sqlite"),
            "PLACET_SYSTEMS__ERP__PATH": str(self.folder / "erp.sqlite"),
            "PLACET_SLACK__API_URL": self.slack.api_url,
            "PLACET_SLACK_BOT_TOKEN": self.slack.bot_token,
            "PLACET_SLACK_APP_TOKEN": self.slack.app_token,
            "PLACET_MODEL__KIND": self.model,
        }
        if self.model == "scripted":
            settings["PLACET_MODEL__SCRIPT"] = str(self.script)
        return {**os.environ, **settings}


def local_slack(project: Project, port: int) -> LocalSlack:
    """A local Slack with the project's people, a stranger, and the channel #sales; not started yet."""
    return LocalSlack(_people(project), [LocalChannel("C0SALES", "sales")], port=port)


def _people(project: Project) -> Sequence[LocalUser]:
    known = [
        LocalUser(one.slack, one.id, one.name, one.email, ", ".join(one.roles))
        for one in project.policies.people.values()
        if one.slack and one.active
    ]
    return known if any(one.id == STRANGER.id for one in known) else [*known, STRANGER]


def set_up(project: Project, slack: LocalSlack, model: ModelKind, *, seed: int, fresh: bool) -> Stage:
    """Make the demo's folder: emptied and seeded anew if `fresh`, else only seeded where there is no company yet.

    Raises:
        DatabaseInUse: the environment names a PostgreSQL database that holds something other than the last demo.
        StorageError: it cannot be reached.
    """
    folder = project.folder / FOLDER
    stage = Stage(project=project, folder=folder, slack=slack, model=model)
    _refuse_foreign(stage, fresh=fresh)
    if fresh and folder.is_dir():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / OWN_SERVER).write_text(shown_url(stage.database_url), encoding="utf-8")
    if not all(system.exists() for system in stage.systems.values()):
        seed_company(folder, seed=seed, now=datetime.now(UTC))
    return stage


def _server_in(variable: str) -> str:
    """A PostgreSQL URL in the environment; SQLite files the demo keeps in its own folder."""
    url = os.environ.get(variable, "")
    return url if url.startswith("postgresql") else ""


def _refuse_foreign(stage: Stage, *, fresh: bool) -> None:
    """The variable may still name a database in use: a demo there would carry its work to the demo's systems."""
    if not _server_in(DATABASE) or is_empty(stage.database_url):
        return
    note, place = stage.folder / OWN_SERVER, shown_url(stage.database_url)
    if fresh or not note.is_file() or note.read_text(encoding="utf-8") != place:
        raise DatabaseInUse(place=place, setting=DATABASE)
