"""`placet doctor`: what works here, what does not, and what to do about it."""

import asyncio
from typing import Annotated

import typer

from placet.cli.options import AsJson, ProjectFolder, project_folder
from placet.cli.output import Output


def doctor(
    *,
    upgrade: Annotated[bool, typer.Option("--upgrade", help="Bring an older database up to date first.")] = False,
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Look at this machine, the project, its database, model, systems and Slack."""
    from placet.cli.logs import log_to_stderr

    log_to_stderr("error")
    out = Output(as_json=json)
    folder = project_folder(project)
    from placet.cli.diagnosis import examine_all

    rows = asyncio.run(examine_all(folder, upgrade=upgrade))
    failed = sum(row.state == "fail" for row in rows)
    out.document(
        {
            "ok": not failed,
            "rows": [{"what": row.what, "state": row.state, "found": row.found, "next": row.remedy} for row in rows],
        }
    )
    out.table(("what", "state", "found", "what to do"), [(row.what, row.state, row.found, row.remedy) for row in rows])
    if failed:
        out.hint(f"{failed} {'row fails' if failed == 1 else 'rows fail'}")
        raise typer.Exit(1)
