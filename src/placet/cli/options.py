"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from placet.cli.output import expect_json

ProjectFolder = Annotated[
    Path | None,
    typer.Option("--project", metavar="PATH", help="The project folder, or one inside it. Default: the current one."),
]


def _remember(wanted: bool) -> bool:  # noqa: FBT001 - Typer calls it so
    expect_json(wanted=wanted)
    return wanted


AsJson = Annotated[
    bool, typer.Option("--json", callback=_remember, help="One JSON document on stdout instead of tables.")
]
AsPerson = Annotated[
    str, typer.Option("--as", metavar="PERSON", help="Who you are: id, e-mail or name from policies/people.yaml.")
]

_default: list[Path] = []


def set_default_folder(folder: Path | None) -> None:
    """What `placet --project PATH …` said."""
    _default[:] = [] if folder is None else [folder]


def project_folder(given: Path | None) -> Path:
    """The project a command is about: its own `--project`, else the general one, else the current folder's.

    Raises:
        ProjectMissing: there is no `placet.toml` there or above.
    """
    from placet.project.loader import find_project

    return find_project(given or next(iter(_default), Path.cwd()))
