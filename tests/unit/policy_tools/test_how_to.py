"""`docs/how-to/write-a-policy.md` as it is written: its files are put into a fresh project, its commands are run."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from placet.cli import policy
from placet.project import check_project, init_project, template_root

PAGE = template_root() / "docs" / "how-to" / "write-a-policy.md"
FILES = re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
COMMANDS = re.findall(r"^\$ placet (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new project with the files of the page; its rules stand before those that are there."""
    folder = init_project(tmp_path / "co", "co")
    for file, text in FILES:
        path = folder / file
        present = path.read_text(encoding="utf-8").partition("rules:\n")[2] if path.exists() else ""
        path.write_text(text + present, encoding="utf-8")
    (folder / ".placet").mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_the_page_has_files_and_commands() -> None:
    assert [file for file, _text in FILES] == [
        "policies/rules.yaml", "policies/calendars.yaml", "policies/tests/discounts.yaml",
    ]  # fmt: skip
    assert len(COMMANDS) >= 6


def test_the_files_of_the_page_leave_a_project_without_findings(project: Path) -> None:
    assert [str(one) for one in check_project(project)] == []


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.startswith("policy ")])
def test_each_command_of_the_page_works(project: Path, command: str) -> None:
    result = CliRunner().invoke(policy.app, shlex.split(command)[1:])
    assert (result.exit_code, result.exception) == (0, None), result.output


def test_the_tried_call_is_asked_of_the_director(project: Path) -> None:
    (command,) = [one for one in COMMANDS if one.startswith("policy explain")]
    assert "ask by discount-over-10-percent" in CliRunner().invoke(policy.app, shlex.split(command)[1:]).stdout
