"""The cost of one governed write, beside plain LangGraph and beside one durable commit, in one run.

`python -m benchmarks.governed_write [--quick] [--json]`. Everything is on SQLite with WAL and synchronous=FULL, model
time is left out (a scripted model answers at once), and the three are interleaved, so that the ratios hold while the
machine's speed drifts. Plain LangGraph is a hand-made graph (model, `interrupt()`, write, model) on the same saver:
`langchain` with its approval middleware is not among the project's dependencies.
"""

import argparse
import asyncio
import json
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypedDict

from placet.approvals import Click, decide
from placet.connectors.embedded import seed_company
from placet.dispatch.inline import InlineDispatch
from placet.engine.intake import Request, receive
from placet.models import Script, ScriptedAnswer, ScriptedCall, ScriptedModel
from placet.project.loader import load_project
from placet.project.scaffold import template_root
from placet.project.wiring import Application, open_application
from placet.rules import Question, evaluate
from placet.storage.checkpointers import open_checkpointer
from placet.storage.rows import list_proposals
from placet.vocabulary import DecisionKind, Effect, Mode, Proposal, Scope, digest_of

from langgraph.graph import END, START, StateGraph  # isort: skip - placet's checkpointer sets strict mode first
from langgraph.graph.message import add_messages  # isort: skip
from langgraph.types import Command, interrupt  # isort: skip

ROOMS = ("agents", "tools", "graphs", "policies")


def scripted() -> ScriptedModel:
    """Answers every request of this benchmark at once: one call, then one sentence."""
    call = ScriptedCall("set_deal_amount", {"deal": "Hooli expansion", "amount": "{n}"})
    return ScriptedModel(
        rules=tuple(
            Script(f"hooli {n} euro", (_amount(call, n), ScriptedAnswer(text="It is done."))) for n in (90_000, 80_000)
        )
    )


def _amount(call: ScriptedCall, amount: int) -> ScriptedAnswer:
    arguments = {**(call.arguments or {}), "amount": amount}
    return ScriptedAnswer(calls=(ScriptedCall(call.name, arguments),), confidence="0.9")


class Governed:
    """Ask, commit the card, approve, claim, send, read back, answer."""

    def __init__(self, application: Application, dispatch: InlineDispatch) -> None:
        self.application = application
        self.dispatch = dispatch
        self.phases: dict[str, list[float]] = {"ask to card": [], "click to decision": [], "decision to answer": []}

    async def once(self, number: int) -> float:
        """One whole write; returns its seconds."""
        people = self.application.policies.people
        text = f"set hooli {90_000 if number % 2 else 80_000} euro"
        request = Request(
            event=f"bench:{number}", source="bench", person=people["riley"], agent="sales-assistant",
            graph="assistant", graph_version="1", text=text,
        )  # fmt: skip
        started = time.perf_counter()
        run = await self.application.store.write(lambda tx: receive(tx, self.dispatch, request))
        await self.dispatch.run_until_idle()
        carded = time.perf_counter()
        (proposal,) = await self.application.store.read(lambda tx: list_proposals(tx, run=str(run)))
        looked = time.perf_counter()
        click = Click(
            proposal=proposal.id, revision=1, digest=proposal.digest[:16], kind=DecisionKind.APPROVE,
            person=people["dana"], via="bench",
        )  # fmt: skip
        await self.application.store.write(lambda tx: decide(tx, self.dispatch, self.application.policies, click))
        decided = time.perf_counter()
        await self.dispatch.run_until_idle()
        ended = time.perf_counter()
        for phase, seconds in zip(self.phases, (carded - started, decided - looked, ended - decided), strict=True):
            self.phases[phase].append(seconds)
        return (carded - started) + (ended - looked)


class PlainState(TypedDict):
    """The state of the plain graph."""

    messages: Annotated[list[Any], add_messages]


def plain_graph(model: ScriptedModel, file: Path, saver: Any) -> Any:
    """What a careful team would write by hand: the model, an interrupt, an update with its own commit, the model."""
    connection = _durable(file)
    connection.execute("CREATE TABLE deals (id TEXT PRIMARY KEY, amount INTEGER)")
    connection.execute("INSERT INTO deals VALUES ('OPP-1001', 1)")

    async def think(state: PlainState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    async def gate(state: PlainState) -> dict[str, Any]:
        interrupt({"call": state["messages"][-1].tool_calls[0]})
        return {}

    async def write(state: PlainState) -> dict[str, Any]:
        call = state["messages"][-1].tool_calls[0]
        connection.execute("UPDATE deals SET amount = ? WHERE id = 'OPP-1001'", (call["args"]["amount"],))
        return {"messages": [{"role": "tool", "tool_call_id": call["id"], "content": "ok"}]}

    graph = StateGraph(PlainState)
    graph.add_node("think", think)
    graph.add_node("gate", gate)
    graph.add_node("write", write)
    graph.add_edge(START, "think")
    graph.add_conditional_edges(
        "think", lambda state: "gate" if state["messages"][-1].tool_calls else "end", {"gate": "gate", "end": END}
    )
    graph.add_edge("gate", "write")
    graph.add_edge("write", "think")
    return graph.compile(checkpointer=saver)


def plain(graph: Any) -> Callable[[int], Awaitable[float]]:
    """One write through the plain graph; returns its seconds."""

    async def once(number: int) -> float:
        config = {"configurable": {"thread_id": f"plain-{number}"}}
        text = f"set hooli {90_000 if number % 2 else 80_000} euro"
        started = time.perf_counter()
        await graph.ainvoke({"messages": [{"role": "user", "content": text}]}, config, durability="sync")
        await graph.ainvoke(Command(resume=True), config, durability="sync")
        return time.perf_counter() - started

    return once


def _durable(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def committing(file: Path) -> Callable[[], float]:
    """One durable commit of about 4 kB; returns its seconds."""
    connection = _durable(file)
    connection.execute("CREATE TABLE floor (body TEXT)")

    def once() -> float:
        started = time.perf_counter()
        connection.execute("INSERT INTO floor VALUES (?)", ("x" * 4_000,))
        return time.perf_counter() - started

    return once


def judging(application: Application, proposal: Proposal, repeats: int) -> list[float]:
    """Seconds of one policy decision and one digest, over and over."""
    question = Question(
        scope=Scope.parse("crm.opportunity:update"), effect=Effect.WRITE, mode=Mode.AUTO, context=proposal.context
    )
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        evaluate(application.policies, question)
        digest_of(proposal)
        taken.append(time.perf_counter() - started)
    return taken


async def measure(rounds: int) -> dict[str, Any]:
    """Run the three side by side and return medians in milliseconds and the ratios between them."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for room in ROOMS:
            shutil.copytree(template_root() / room, folder / room)
        shutil.copy(template_root() / "placet.toml", folder / "placet.toml")
        seed_company(folder / ".placet", now=datetime.now(UTC))
        dispatch, model = InlineDispatch(), scripted()
        application = await stack.enter_async_context(
            open_application(load_project(folder), model=model, dispatch=dispatch)
        )
        governed = Governed(application, dispatch)
        saver = await stack.enter_async_context(open_checkpointer(folder / "plain.sqlite"))
        by_hand = plain(plain_graph(model, folder / "deals.sqlite", saver))
        commit = committing(folder / "floor.sqlite")
        times: dict[str, list[float]] = {"governed": [], "plain": [], "commit": []}
        for number in range(-2, rounds):
            taken = {"governed": await governed.once(number), "plain": await by_hand(number), "commit": commit()}
            for name, seconds in taken.items():
                times[name] += [seconds] if number >= 0 else []
        last = (await application.store.read(lambda tx: list_proposals(tx, limit=1)))[0]
        return _figures(times, governed.phases, judging(application, last, 2_000))


def _figures(times: dict[str, list[float]], phases: dict[str, list[float]], judged: list[float]) -> dict[str, Any]:
    median = {name: statistics.median(taken) * 1_000 for name, taken in times.items()}
    paired = [mine / theirs for mine, theirs in zip(times["governed"], times["plain"], strict=True)]
    return {
        "rounds": len(times["plain"]),
        "median_ms": {name: round(value, 2) for name, value in median.items()},
        "phases_median_ms": {name: round(statistics.median(taken) * 1_000, 2) for name, taken in phases.items()},
        "governed_to_plain": round(statistics.median(paired), 2),
        "governed_to_commit": round(median["governed"] / median["commit"], 1),
        "plain_to_commit": round(median["plain"] / median["commit"], 1),
        "policy_and_digest_ms": {
            "p50": round(statistics.median(judged) * 1_000, 3),
            "p99": round(statistics.quantiles(judged, n=100)[98] * 1_000, 3),
        },
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    figures = asyncio.run(measure(15 if options.quick else 60))
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    print(f"one governed write, {figures['rounds']} rounds, medians in ms, model time left out")
    for name, value in figures["median_ms"].items():
        print(f"  {name:<22}{value:>9.2f}")
    for name, value in figures["phases_median_ms"].items():
        print(f"    {name:<20}{value:>9.2f}")
    print(f"  governed / plain LangGraph  {figures['governed_to_plain']:>6.2f}   (pair by pair; the aim is 1.5)")
    print(f"  governed / one commit       {figures['governed_to_commit']:>6.1f}")
    print(f"  plain    / one commit       {figures['plain_to_commit']:>6.1f}")
    judged = figures["policy_and_digest_ms"]
    print(f"  policy decision + digest    p50 {judged['p50']} ms, p99 {judged['p99']} ms")


if __name__ == "__main__":
    main()
