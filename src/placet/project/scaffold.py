"""`placet init`: a new project as a copy of the reference rooms, byte for byte."""

import re
from collections.abc import Iterator
from pathlib import Path

from placet.errors import NameInvalid, TargetExists
from placet.project.fences import ROOMS
from placet.project.settings import SETTINGS_FILE

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_KINDS = frozenset({".py", ".yaml", ".toml", ".md", ".json", ".jsonl", ".csv"})

_GITIGNORE = """\
.placet/
__pycache__/
.env
"""

_README = """\
# {name}

A placet project: agents propose, people approve in Slack, and only what was approved is sent.

- `agents/` who may act: one file an agent
- `tools/` what they can read and propose
- `graphs/` how a request is worked on
- `policies/` people, roles and approval rules
- `evals/` suites and cases for offline runs
- `placet.toml` settings; secrets come from the environment

`placet check` reports every name that leads nowhere, with file and line. `placet demo` plays the whole story here.
"""

_PYPROJECT = """\
[project]
name = "{name}"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["placet"]

[tool.ruff]
line-length = 120

[tool.ruff.lint.isort]
known-first-party = ["placet"]
known-local-folder = ["agents", "tools", "graphs", "policies", "evals"]
"""


def template_root() -> Path:
    """Where the reference rooms are: inside an installed wheel, or at the top of a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "template"
    return installed if installed.is_dir() else package.parents[1]


def template_files() -> Iterator[Path]:
    """The files of the reference project, relative to `template_root()`, in a fixed order."""
    root = template_root()
    yield Path(SETTINGS_FILE)
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            relative = path.relative_to(root)
            if (
                path.is_file()
                and path.suffix in _KINDS
                and not any(part.startswith((".", "__")) for part in relative.parts)
            ):
                yield relative


def init_project(target: Path, name: str) -> Path:
    """Make a project called `name` in the folder `target`, which must be new or empty. Returns the folder.

    Raises:
        NameInvalid: `name` could not be the name of a folder everywhere.
        TargetExists: `target` holds something already. Nothing is written then.
    """
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise NameInvalid(name=name)
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise TargetExists(path=str(target))
    for relative in template_files():
        _write(target / relative, (template_root() / relative).read_bytes())
    for file, text in ((".gitignore", _GITIGNORE), ("README.md", _README), ("pyproject.toml", _PYPROJECT)):
        _write(target / file, text.replace("{name}", name).encode())
    return target


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
