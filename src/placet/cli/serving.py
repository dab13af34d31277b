"""`placet serve`: Slack, the worker and the executor in one process; `--no-slack` leaves Slack out."""

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from placet.cli.options import AsJson, ProjectFolder, project_folder
from placet.cli.output import Output

if TYPE_CHECKING:
    from placet.project.loader import Project
    from placet.project.wiring import Application

ASSURANCE = (
    "single-process assurance: this process receives, decides and sends, so whoever controls it controls all three"
)


def serve(
    *,
    no_slack: Annotated[
        bool, typer.Option("--no-slack", help="Only carry out what is queued; messages wait for a serve with Slack.")
    ] = False,
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Serve Slack and carry out what was approved, until it is stopped."""
    from placet.cli.logs import log_to_stderr
    from placet.project.loader import load_project

    log_to_stderr()
    asyncio.run(_serve(load_project(project_folder(project)), Output(as_json=json), slack=not no_slack))


async def _serve(project: "Project", out: Output, *, slack: bool) -> None:
    from placet.project.wiring import open_application

    stopped = stop_signals()
    async with open_application(project, slack=slack) as application:
        edge = application.slack
        if edge is not None:
            await edge.start()  # first: with a wrong token nothing is taken from the queue
        try:
            await application.dispatch.start_worker()
            application.start_jobs()
            _say_ready(application, out)
            await stopped.wait()
            out.hint("stopping: what runs is finished first")
        finally:
            if edge is not None:
                await edge.stop()
            await application.dispatch.stop_worker()
            await application.stop_jobs()  # last: its last round signs what the worker still wrote
    out.hint("stopped")


def stop_signals() -> asyncio.Event:
    """An event that is set by Ctrl-C and by SIGTERM, in place of what they do by themselves."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped


def _say_ready(application: "Application", out: Output) -> None:
    from placet.cli.audit_health import signing_told

    settings = application.project.settings
    model = settings.model.kind if settings.model.kind != "openai" else f"openai ({settings.model.name})"
    out.hint(f"{settings.project.name}: {len(application.project.agents)} agent(s), model {model}")
    where = f"Slack at {settings.slack.api_url}" if application.slack else "no Slack: decide with `placet proposals`"
    out.hint(where)
    out.hint(f"ledger: {signing_told(application.project).found}")
    out.hint(ASSURANCE)
    out.hint("stop it with Ctrl-C or SIGTERM")
    out.document(
        {"ready": True, "project": settings.project.name, "model": settings.model.kind,
         "assurance": "single-process", "worker": application.worker},
        compact=True,
    )  # fmt: skip
    out.line("placet is ready")
