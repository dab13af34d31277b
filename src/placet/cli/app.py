"""All commands, and what becomes of an error."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from placet.cli import audit, doctor, policy, projects, proposals, running, serving, stopping
from placet.cli.demo.command import demo
from placet.cli.options import set_default_folder
from placet.cli.output import say_error, shown, write
from placet.errors import PlacetError

app = typer.Typer(
    name="placet",
    help="Agents propose, people approve in Slack, and only what was approved reaches the CRM and the ERP.",
    epilog="Start with `placet demo`, or `placet init NAME` for a project of your own.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _everywhere(
    project: Annotated[
        Path | None, typer.Option("--project", metavar="PATH", help="The project folder, or one inside it.")
    ] = None,
) -> None:
    set_default_folder(project)


app.command()(projects.init)
app.command()(projects.check)
app.command()(demo)
app.command()(serving.serve)
app.command("run")(running.run)
app.add_typer(proposals.app, name="proposals")
app.add_typer(audit.app, name="audit")
app.add_typer(policy.app, name="policy")
app.command()(stopping.stop)
app.command()(doctor.doctor)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status. A `PlacetError` becomes a sentence and what to do next."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="placet")
    except PlacetError as error:
        say_error(error)
        return 1
    except OSError as error:
        write(sys.stderr, f"error: {shown(error.strerror or error)}: `{shown(error.filename or 'system')}`")
        return 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0
