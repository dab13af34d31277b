"""`placet demo`."""

import asyncio
import signal
import time
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from placet.cli.options import AsJson, ProjectFolder, project_folder
from placet.cli.output import Output

if TYPE_CHECKING:
    from placet.cli.demo.stage import ModelKind, Stage
    from placet.project.loader import Project

PAGE_PORT = 8787
"""Where the page is by default; the headless demo takes any free port."""

ModelChoice = Literal["auto", "local", "openai", "scripted"]


def demo(
    *,
    headless: Annotated[
        bool, typer.Option("--headless", help="Play the story without a browser and check it.")
    ] = False,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, metavar="N", help="Port of the local Slack; 0 is any.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="What the company's data is made from.")] = 7,
    model: Annotated[
        ModelChoice, typer.Option("--model", help="auto: the local model; headless without it, a script.")
    ] = "auto",
    fresh: Annotated[
        bool, typer.Option("--fresh/--keep", help="Begin anew, or go on with the last demo's data.")
    ] = True,
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Start the embedded company, a local Slack and the agent, and try it."""
    from placet.cli.logs import log_to_stderr
    from placet.project.loader import load_project

    if headless and not fresh:
        raise typer.BadParameter("the story needs a fresh company: --headless and --keep do not go together")
    log_to_stderr("warning")
    out = Output(as_json=json)
    loaded = load_project(project_folder(project))
    kind = _model_kind(loaded, model, headless=headless, out=out)
    wanted_port = port if port is not None else 0 if headless else PAGE_PORT
    try:
        held = asyncio.run(_demo(loaded, kind, out, headless=headless, port=wanted_port, seed=seed, fresh=fresh))
    except asyncio.CancelledError:
        held = False
    if not held:
        raise typer.Exit(1)


def _model_kind(project: "Project", said: ModelChoice, *, headless: bool, out: Output) -> "ModelKind":
    """The model to serve with.

    Raises:
        ModelUnavailable: it is the local one, and that is not installed.
    """
    wanted = project.settings.model.kind if said == "auto" else said
    if wanted != "local":
        return wanted
    from placet.models import LocalModel, local_model_installed

    if local_model_installed():
        return "local"
    if said == "auto" and headless:
        return "scripted"
    out.hint("without any model: placet demo --model scripted knows the three requests of the tour")
    LocalModel()  # raises, and says how to get it
    return "local"


async def _demo(
    project: "Project", model: "ModelKind", out: Output, *, headless: bool, port: int, seed: int, fresh: bool
) -> bool:
    from placet.cli.demo.stage import local_slack, set_up

    began = time.monotonic()
    async with local_slack(project, port) as slack:  # first: a taken port must not cost the last demo's data
        stage = set_up(project, slack, model, seed=seed, fresh=fresh)
        if headless:
            return await _headless(stage, out, began)
        from placet.cli.demo.tour import play_by_hand

        await play_by_hand(stage, out)
        return True


async def _headless(stage: "Stage", out: Output, began: float) -> bool:
    from placet.cli.demo.accounts import settle_accounts
    from placet.cli.demo.play import Play
    from placet.cli.demo.server import Server
    from placet.cli.demo.story import perform
    from placet.localslack import Player
    from placet.storage import Store

    performance = asyncio.current_task()
    assert performance is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, performance.cancel)  # so that the server ends too
    out.hint(f"playing the story with the {stage.model} model; log: {stage.log}")
    server = Server(stage)
    try:
        await server.start()
        store = Store.open(stage.database_url)
        try:
            async with Player(stage.slack.url) as player:
                play = Play(stage=stage, server=server, player=player, store=store, say=out.hint)
                await perform(play)
                stopped_with = await server.stop()
                summary = await settle_accounts(play, stopped_with=stopped_with, seconds=time.monotonic() - began)
        finally:
            store.close()
    finally:
        await server.stop()
    _show(out, summary)
    return all(check.ok for check in play.checks)


def _show(out: Output, summary: dict[str, object]) -> None:
    import json

    checks = summary["checks"]
    assert isinstance(checks, list)
    out.table(("what must hold", "held"), [(one["name"], "yes" if one["ok"] else "no") for one in checks])
    out.document(summary)
    out.line(json.dumps(summary, ensure_ascii=False))
