"""The import contracts hold, and break when someone breaks them: an import is planted in a copy of the package."""

import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[3]
LINT = Path(sys.executable).with_name("lint-imports")

PLANTED = [
    ("storage/engine.py", "placet.ledger", "Imports point down only"),
    ("rules/evaluate.py", "placet.dispatch", "Imports point down only"),
    ("engine/steps.py", "placet.connectors.embedded.writer", "A writer is known to its own connector alone"),
    ("toolbox/box.py", "placet.connectors.embedded", "The side that reads, thinks and talks has no road to a writer"),
    ("slack/app.py", "placet.executor", "Only the composition root knows the executor"),
    ("cli/app.py", "placet.executor", "The command line uses the wiring, never the executor or a writer"),
    ("rules/policies.py", "sqlalchemy", "SQLAlchemy and Alembic live in storage and the embedded connector"),
    ("engine/state.py", "slack_sdk", "Slack's libraries live in slack"),
    ("approvals/deciding.py", "dbos", "DBOS lives behind the dispatch port"),
    ("storage/store.py", "langgraph", "LangGraph lives in the engine and the checkpointers"),
    ("localslack/server.py", "placet.vocabulary", "The local Slack knows nothing of placet but its errors"),
    (
        "evaluation/__init__.py",
        "placet.localslack",
        "Only the command line, projects and test kits start a local Slack",
    ),
]


class Verdict(NamedTuple):
    kept: bool
    report: str

    def broken(self, contract: str) -> str:
        """What the report says from the broken contract of that name on, or nothing if it was kept."""
        return " ".join(self.report.split()).partition("Broken contracts")[2].partition(contract)[2]


class Copy:
    """The package in a folder of its own, where a test may add an import."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "src"
        shutil.copytree(ROOT / "src" / "placet", self.source / "placet", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / ".importlinter", folder)

    def plant(self, file: str, line: str) -> None:
        path = self.source / "placet" / file
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + f"\n{line}\n")

    def lint(self) -> Verdict:
        run = subprocess.run(
            [LINT, "--no-cache"],
            cwd=self.source.parent,
            env={**os.environ, "PYTHONPATH": str(self.source), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        return Verdict(run.returncode == 0, run.stdout + run.stderr)


@pytest.fixture(scope="module")
def after_planting(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    copy = Copy(tmp_path_factory.mktemp("planted"))
    for file, module, _ in PLANTED:
        copy.plant(file, f"import {module}")
    return copy.lint()


def test_the_contracts_hold_for_the_package_as_it_is(tmp_path: Path) -> None:
    verdict = Copy(tmp_path).lint()
    assert verdict.kept, verdict.report


@pytest.mark.parametrize(("file", "module", "contract"), PLANTED)
def test_a_planted_import_is_reported_where_it_stands(
    after_planting: Verdict, file: str, module: str, contract: str
) -> None:
    importer = re.sub(r"(/__init__)?\.py$", "", file).replace("/", ".")
    assert not after_planting.kept
    assert f"placet.{importer} -> {module} (l." in after_planting.broken(contract)


def test_a_new_room_must_take_its_place_in_the_layers(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    copy.plant("attic/__init__.py", '"""A room nobody planned."""')
    assert "attic" in copy.lint().broken("Imports point down only")


def test_the_local_slack_is_fenced_off_from_every_room() -> None:
    rules = ConfigParser()
    rules.read(ROOT / ".importlinter")
    fenced = set(rules["importlinter:contract:localslack-stands-alone"]["forbidden_modules"].split())
    rooms = {f"placet.{path.parent.name}" for path in (ROOT / "src" / "placet").glob("*/__init__.py")}
    assert fenced == rooms - {"placet.localslack", "placet.template"}
