"""`placet init` and `placet check`."""

from pathlib import Path
from typing import Annotated

import typer

from placet.cli.options import AsJson, ProjectFolder, project_folder
from placet.cli.output import Output


def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new folder and project.")],
    *,
    json: AsJson = False,
) -> None:
    """Make a new project: a copy of the reference agents, tools, graphs, policies and evals."""
    from placet.project.scaffold import init_project

    out = Output(as_json=json)
    folder = init_project(Path.cwd() / name, name)
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    out.document({"project": name, "folder": str(folder), "files": list(files)})
    out.line(f"made {name} with {len(files)} files")
    out.hint(f"next: cd {name} && placet check && placet demo")


def check(*, project: ProjectFolder = None, json: AsJson = False) -> None:
    """Report everything wrong with a project, with file, line and nearest match."""
    from placet.project.check import check_project
    from placet.project.loader import load_project

    out = Output(as_json=json)
    folder = project_folder(project)
    findings = check_project(folder)
    if findings:
        listed = [
            {"file": one.file, "line": one.line, "message": one.message, "nearest": one.nearest} for one in findings
        ]
        out.document({"ok": False, "findings": list(listed)})
        rows = [(f"{one.file}:{one.line}" if one.line else one.file, one.message, one.nearest) for one in findings]
        out.table(("where", "what is wrong", "did you mean"), rows)
        out.hint(f"{len(findings)} {'thing is' if len(findings) == 1 else 'things are'} wrong")
        raise typer.Exit(1)
    loaded = load_project(folder)
    rooms = {
        "agents": len(loaded.agents),
        "tools": len(loaded.tools),
        "graphs": len(loaded.graphs),
        "people": len(loaded.policies.people),
        "rules": len(loaded.policies.rules),
    }
    out.document({"ok": True, "project": loaded.settings.project.name, "findings": [], **rooms})
    counted = ", ".join(f"{number} {room}" for room, number in rooms.items())
    out.line(f"{loaded.settings.project.name} is in order: {counted}")
