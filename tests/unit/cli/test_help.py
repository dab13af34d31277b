import json
import subprocess
import sys

import pytest
from tests.integration.cli.commands import Placet

HEAVY = (
    "langgraph",
    "langchain",
    "langchain_core",
    "pydantic",
    "sqlalchemy",
    "dbos",
    "slack_bolt",
    "aiohttp",
    "alembic",
)
LOOK = """
import json, sys
from placet.cli import main
status = main(sys.argv[1:])
heavy = sorted(name for name in sys.modules if name in {heavy!r})
print("\\n" + json.dumps({{"status": status, "heavy": heavy}}))
"""
COMMANDS = ("init", "check", "demo", "serve", "run", "proposals", "audit", "stop", "doctor")


def loaded_by(*arguments: str) -> object:
    command = [sys.executable, "-P", "-c", LOOK.format(heavy=HEAVY), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(ended.stdout.splitlines()[-1])


def test_help_loads_no_heavy_library() -> None:
    assert loaded_by("--help") == {"status": 0, "heavy": []}


@pytest.mark.parametrize("arguments", [("demo", "--help"), ("proposals", "approve", "--help")])
def test_help_of_a_command_loads_only_what_typer_checks_options_with(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) == {"status": 0, "heavy": ["pydantic"]}


def test_help_names_every_command(placet: Placet) -> None:
    told = placet("--help")
    assert told.status == 0
    assert [name for name in COMMANDS if f"\n  {name} " not in told.out] == []


def test_python_m_placet_is_the_same_command() -> None:
    ended = subprocess.run([sys.executable, "-P", "-m", "placet", "-h"], capture_output=True, text=True, check=True)
    assert "Usage: placet" in ended.stdout


def test_an_unknown_command_names_the_nearest_and_is_a_usage_error(placet: Placet) -> None:
    told = placet("chekc")
    assert told.status == 2
    assert "Did you mean 'check'" in told.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "hello"),
        ("proposals", "reject", "P-1", "--as", "dana"),
        ("stop", "all", "--as", "priya"),
        ("demo", "--headless", "--keep"),
        ("audit", "show", "--last", "0"),
    ],
)
def test_a_command_written_wrongly_ends_with_status_two(placet: Placet, arguments: tuple[str, ...]) -> None:
    told = placet(*arguments)
    assert (told.status, told.out) == (2, "")
    assert "Error:" in told.err
