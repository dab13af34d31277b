"""Runs `placet` in this process, in a project of its own."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from placet.cli import main
from placet.project import init_project

SCRIPT = Path(__file__).parents[3] / "src/placet/cli/demo_script.json"


@dataclass(frozen=True, slots=True)
class Told:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Placet = Callable[..., Told]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting from outside, and no log that outlives the test."""
    for variable in [name for name in os.environ if name.upper().startswith("PLACET_")]:
        monkeypatch.delenv(variable)
    yield
    structlog.reset_defaults()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scaffolded project with the demo's script for a model; also the current folder."""
    folder = init_project(tmp_path / "co", "co")
    monkeypatch.setenv("PLACET_MODEL__KIND", "scripted")
    monkeypatch.setenv("PLACET_MODEL__SCRIPT", str(SCRIPT))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def placet(capfd: pytest.CaptureFixture[str]) -> Placet:
    """`placet("check", "--json")`."""

    def run(*arguments: str) -> Told:
        capfd.readouterr()
        status = main(arguments)
        said = capfd.readouterr()
        return Told(status, said.out, said.err)

    return run
