"""The demo by hand: the page's address, what to type, and where to click."""

import asyncio

from placet.cli.demo.server import Server
from placet.cli.demo.stage import Stage
from placet.cli.demo.words import MOVE, ORDER, TYPO
from placet.cli.output import Output
from placet.cli.serving import stop_signals
from placet.localslack import Player

HINTS = {
    "U0RILEY": [MOVE, TYPO, ORDER],
    "U0DANA": ["How many Falcon sensors are in stock?"],
    "U0OMAR": ["How many Falcon sensors are in stock?"],
}


async def play_by_hand(stage: Stage, out: Output) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Raises:
        DemoFailed: the server ended by itself.
    """
    stopped = stop_signals()
    server = Server(stage)
    out.hint("starting `placet serve` …")
    await server.start()
    try:
        async with Player(stage.slack.url) as player:
            await player.set_hints(HINTS)
        _tell(stage, out)
        await _until_either(stopped, server)
    finally:
        out.hint("stopping")
        await server.stop()


async def _until_either(stopped: asyncio.Event, server: Server) -> None:
    asked, ended = asyncio.ensure_future(stopped.wait()), asyncio.ensure_future(server.ended())
    await asyncio.wait({asked, ended}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if not stopped.is_set():
        raise server.failed(f"the server ended with status {ended.result()}")
    ended.cancel()


def _tell(stage: Stage, out: Output) -> None:
    page = f"{stage.slack.url}?as=U0RILEY"
    things = [
        {"as": "Riley Park", "type": MOVE, "then": "switch “Act as” to Dana, look at the card, click Approve"},
        {"as": "Riley Park", "type": TYPO, "then": "as Dana: look at the new amount, Reject, and say why"},
        {"as": "Riley Park", "type": ORDER, "then": "as Omar: click Approve; nobody else may"},
    ]
    out.document({"page": page, "model": stage.model, "try": list(things), "log": str(stage.log)})
    out.line(f"Open  {page}")
    out.line()
    out.line("You are Riley, a sales rep. Three things to try:")
    for number, thing in enumerate(things, start=1):
        out.line(f"  {number}. type:  {thing['type']}")
        out.line(f"     then:  {thing['then']}")
    out.line()
    out.line("Switch back to Riley for the answer in the thread. Sam Stranger is in Slack but not in the policy.")
    out.hint(f"model: {stage.model}; log: {stage.log}; stop with Ctrl-C")
