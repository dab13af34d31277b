"""`placet check`: everything wrong with a project, at once."""

from pathlib import Path

from placet.errors import Finding
from placet.project.loader import examine


def check_project(folder: Path) -> list[Finding]:
    """All findings with file, line and nearest match, sorted by file and line; empty if the project may run.

    Raises:
        ProjectMissing: the folder has no `placet.toml`.
    """
    return list(examine(folder).findings)
