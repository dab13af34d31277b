"""What the demo says when something is in the way."""

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.integration.cli.commands import Placet

from placet.cli.demo.server import Server
from placet.cli.demo.stage import Stage, local_slack, set_up
from placet.connectors.embedded import EmbeddedSystem
from placet.errors import DemoFailed
from placet.project.loader import load_project


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
async def stage(project: Path) -> AsyncIterator[Stage]:
    loaded = load_project(project)
    async with local_slack(loaded, 0) as slack:
        yield set_up(loaded, slack, "scripted", seed=7, fresh=True)


def test_a_taken_port_is_one_sentence_and_costs_no_data(placet: Placet, project: Path, taken_port: int) -> None:
    kept = project / ".placet/demo/crm.sqlite"
    kept.parent.mkdir(parents=True)
    kept.write_text("the last demo")
    told = placet("demo", "--port", str(taken_port), "--model", "scripted")
    assert told.status == 1
    assert told.err.startswith(f"error: port {taken_port} on 127.0.0.1 is taken\nnext: ")
    assert kept.read_text() == "the last demo"


def test_without_the_local_model_the_ways_to_get_one_are_told(
    placet: Placet, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placet.models.local._version", lambda: None)
    told = placet("demo", "--model", "local")
    assert told.status == 1
    for way in ("--model scripted", "placet[local-model]", "OpenAI-compatible endpoint"):
        assert way in told.err


async def test_a_server_that_cannot_start_says_why(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(stage.slack), "bot_token", "xoxb-wrong")
    with pytest.raises(DemoFailed, match=r"Slack refused `auth\.test`: invalid_auth"):
        await Server(stage).start()


async def test_a_fresh_stage_forgets_and_a_kept_one_remembers(stage: Stage) -> None:
    note = stage.folder / "note"
    note.touch()
    set_up(stage.project, stage.slack, "scripted", seed=7, fresh=False)
    assert note.exists()
    again = set_up(stage.project, stage.slack, "scripted", seed=7, fresh=True)
    assert not note.exists()
    assert all(system.exists() for system in again.systems.values())


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_seed_has_what_the_story_is_about(stage: Stage, seed: int) -> None:
    again = set_up(stage.project, stage.slack, "scripted", seed=seed, fresh=True)
    reader = EmbeddedSystem("crm", again.folder / "crm.sqlite").reader()
    found = [record.name for record in await reader.named("crm.opportunity", "Hooli expansion")]
    reader.close()
    assert found == ["Hooli expansion"]
