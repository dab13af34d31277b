"""The whole story, as a person would start it: one command in a scaffolded project."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from placet.connectors.embedded import EmbeddedSystem
from placet.storage import Store
from placet.storage.rows import list_proposals
from placet.vocabulary import ProposalState

MUST_HOLD = {
    "requests": 3,
    "writes_approved": 2,
    "writes_sent": 2,
    "double_writes": 0,
    "rejected": 1,
    "crash_recovered": True,
    "unknown_people_refused": 1,
    "ledger": "verified",
}


def play(project: Path, *arguments: str) -> Any:
    command = [sys.executable, "-P", "-m", "placet", "demo", "--headless", "--json", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=project, timeout=150, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def let_the_oracle_see(demo: Path) -> Store:
    """Opens what the story left: the oracle of every test then compares decisions with what reached the systems."""
    for name in ("crm", "erp"):
        EmbeddedSystem(name, demo / f"{name}.sqlite")
    return Store.open(f"sqlite:///{demo / 'placet.sqlite'}")


@pytest.mark.requirement("ASK-1")
@pytest.mark.requirement("ASK-2")
@pytest.mark.requirement("DEC-1")
@pytest.mark.requirement("DEC-2")
@pytest.mark.requirement("WF-1")
def test_the_story_holds_with_the_scripted_model(project: Path) -> None:
    summary = play(project, "--model", "scripted")
    assert {name: summary[name] for name in MUST_HOLD} == MUST_HOLD
    assert summary["model"] == "scripted"
    assert [one["name"] for one in summary["checks"] if not one["ok"]] == []
    store = let_the_oracle_see(project / ".placet/demo")
    states = sorted(one.state.value for one in store.read_now(list_proposals))
    store.close()
    assert states == [ProposalState.DONE.value, ProposalState.DONE.value, ProposalState.REJECTED.value]


@pytest.mark.slow
def test_the_story_holds_with_the_local_model_and_another_seed(project: Path) -> None:
    summary = play(project, "--model", "local", "--seed", "11")
    assert {name: summary[name] for name in MUST_HOLD} == MUST_HOLD
    assert summary["model"] == "local"
    let_the_oracle_see(project / ".placet/demo").close()
