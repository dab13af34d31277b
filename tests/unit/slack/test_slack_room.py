"""The room as a whole: what it drags in, and whether the manifest asks Slack for what the listeners expect."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from slack_bolt.app.async_app import AsyncApp

from placet.slack.desk import Desk
from placet.slack.listeners import register
from placet.slack.web import on_this_machine, open_client

MANIFEST = Path(__file__).parents[3] / "docs" / "reference" / "slack-manifest.yaml"
HEAVY = ("langgraph", "langchain_core", "langchain_openai", "dbos", "openai")


class Recorder:
    """Stands where Bolt's app would and notes what is registered."""

    def __init__(self) -> None:
        self.seen: dict[str, list[str]] = {}

    def __getattr__(self, kind: str) -> Callable[[object], Callable[[object], None]]:
        def note(constraint: object) -> Callable[[object], None]:
            if isinstance(constraint, str):
                self.seen.setdefault(kind, []).append(constraint)
            return lambda _: None

        return note


@pytest.fixture
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(MANIFEST.read_text())
    return loaded


@pytest.fixture
def registered() -> dict[str, list[str]]:
    recorder = Recorder()
    register(cast("AsyncApp", recorder), cast("Desk", None))
    return recorder.seen


def test_the_manifest_subscribes_to_exactly_the_events_with_listeners(
    manifest: dict[str, Any], registered: dict[str, list[str]]
) -> None:
    subscribed = {name.split(".")[0] for name in manifest["settings"]["event_subscriptions"]["bot_events"]}
    assert subscribed == set(registered["event"])


def test_the_manifest_names_the_command_with_a_listener(
    manifest: dict[str, Any], registered: dict[str, list[str]]
) -> None:
    assert [one["command"] for one in manifest["features"]["slash_commands"]] == registered["command"]


def test_the_manifest_turns_on_what_the_app_needs_and_no_history(manifest: dict[str, Any]) -> None:
    settings, scopes = manifest["settings"], manifest["oauth_config"]["scopes"]
    assert settings["socket_mode_enabled"]
    assert settings["interactivity"]["is_enabled"]
    assert manifest["features"]["app_home"]["home_tab_enabled"]
    assert set(scopes) == {"bot"}
    assert {"chat:write", "commands", "im:write", "im:history", "app_mentions:read"} == set(scopes["bot"])


def test_the_room_loads_without_the_graph_engine_and_the_models() -> None:
    code = "import sys, placet.slack; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "slack_bolt" in loaded
    assert not set(HEAVY) & set(loaded)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:9000/api/", True),
        ("http://localhost/api/", True),
        ("http://[::1]/api/", True),
        ("https://slack.com/api/", False),
        ("https://127.0.0.1.evil.example/", False),
        ("not a url", False),
    ],
)
def test_only_this_machine_is_reached_past_a_proxy(monkeypatch: pytest.MonkeyPatch, url: str, *, here: bool) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert on_this_machine(url) is here
    assert (open_client(url).proxy is None) is here
