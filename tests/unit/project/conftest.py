import os
from collections.abc import Callable
from pathlib import Path

import pytest

from placet.errors import Finding
from placet.project import check_project

FILES = {
    "placet.toml": '[project]\nname = "Small"\n\n[systems.crm]\nconnector = "embedded"\npath = ".placet/crm.sqlite"\n',
    "agents/helper.yaml": """\
id: helper
title: Helper
instructions: Help.
graph: plain
tools:
  - deals.find
  - deals.move
scopes:
  - crm.opportunity:read
  - crm.opportunity:update
mode: auto
owner: priya
confidence_floor: 0.2
""",
    "tools/deals.py": '''\
from typing import Annotated

from placet import Reader, RecordRef, Reference, Update, read, write


@read(scope="crm.opportunity:read")
async def find(crm: Reader) -> list[str]:
    """Find deals."""
    return [one.name for one in (await crm.search("crm.opportunity")).records]


@write(scope="crm.opportunity:update")
def move(deal: Annotated[RecordRef, Reference("crm.opportunity")], stage: str) -> Update:
    """Move a deal."""
    return Update("crm.opportunity", deal, stage=stage)
''',
    "graphs/plain.py": 'VERSION = "7"\n\n\ndef build(steps):\n    return steps\n',
    "policies/people.yaml": "people:\n  - {id: priya, name: Priya Nair, email: p@example.org, roles: [owner, rep]}\n",
    "policies/roles.yaml": 'roles:\n  - {id: owner}\n  - id: rep\n    scopes:\n      - "crm.opportunity:read"\n',
    "policies/rules.yaml": """\
rules:
  - id: moves
    on:
      - crm.opportunity:update
    then: ask
    approvers: {role: owner}
    because: The owner decides.
""",
}

MakeProject = Callable[..., Path]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.upper().startswith("PLACET_")]:
        monkeypatch.delenv(variable)


@pytest.fixture
def make_project(tmp_path: Path) -> MakeProject:
    """Writes a small valid project; `changes` replaces, adds or (with `None`) leaves out files."""

    def make(changes: dict[str, str | None] | None = None, name: str = "small") -> Path:
        for file, text in ({**FILES, **(changes or {})}).items():
            if text is not None:
                path = tmp_path / name / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return tmp_path / name

    return make


@pytest.fixture
def check_with(make_project: MakeProject) -> Callable[..., list[Finding]]:
    """Checks the small project after `old` became `new` in `file`."""

    def check(file: str, old: str, new: str) -> list[Finding]:
        assert old in FILES[file]
        return check_project(make_project({file: FILES[file].replace(old, new, 1)}))

    return check
