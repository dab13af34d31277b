"""Runs graphs: one short segment at a time, one writer a run, resumed only by a pointer to a changeset."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, cast

import structlog
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, Interrupt

from placet.approvals import cancel
from placet.dispatch import Dispatch
from placet.dispatch.failures import describe, trace
from placet.dispatch.outbox import want
from placet.engine.prose import escape
from placet.engine.state import RunContext, State, first_state
from placet.engine.steps import Steps
from placet.errors import DispatchError, PlacetError, StorageError
from placet.ledger import append
from placet.rules import Policies
from placet.storage import Store, Transaction
from placet.storage.rows import list_proposals, proposals_of
from placet.storage.run_rows import find_run, release_run, runs_in_thread, take_run, update_run
from placet.vocabulary import AgentSpec, Json, Proposal, ProposalState, RunState

log = structlog.get_logger()

GraphBuilder = Callable[[Steps], StateGraph[State, RunContext, State, State]]
"""What a file in `graphs/` offers as `build`."""

STRICT_RESUME = "__pregel_strict_resume"
"""LangGraph's key that turns an unknown interrupt id into an error; private there, pinned by a test here."""

HOLDER_ALIVE = timedelta(seconds=60)


class Runner:
    """Handles the `turn` and `resume` segments."""

    def __init__(
        self,
        *,
        graphs: Mapping[str, GraphBuilder],
        steps: Steps,
        saver: BaseCheckpointSaver[Any],
        store: Store,
        dispatch: Dispatch,
        agents: Mapping[str, AgentSpec],
        policies: Policies,
        worker: str,
    ) -> None:
        self._graphs = {name: build(steps).compile(checkpointer=saver) for name, build in graphs.items()}
        self._store = store
        self._dispatch = dispatch
        self._agents = agents
        self._policies = policies
        self._worker = worker

    async def turn(self, payload: Mapping[str, str]) -> None:
        """Start a run, or go on where a crash cut it off."""
        await self._segment(payload["run"])

    async def resume(self, payload: Mapping[str, str]) -> None:
        """Wake a run whose changeset is settled."""
        await self._segment(payload["run"])

    async def _segment(self, run: str) -> None:
        row = await self._store.write(lambda tx: self._take(tx, run))
        if row is None:
            return
        try:
            result = await self._advance(row)
        except StorageError:
            raise  # this worker still holds the run, and runs the segment again once the database is back
        except PlacetError as error:
            await self._fail(row, error)
        except Exception as error:  # noqa: BLE001 - whatever a graph raises, its rep must hear of it
            log.error("run.failed", run=run, error=describe(error), trace=trace(error))  # noqa: TRY400 - no data in logs
            await self._fail(row, error)
        else:
            await self._store.write(lambda tx: self._finish(tx, row, result))

    def _take(self, tx: Transaction, run: str) -> Mapping[str, Any] | None:
        row = find_run(tx, run)
        if row is None or RunState(row["state"]) in {RunState.DONE, RunState.FAILED, RunState.CANCELLED}:
            return None
        if not take_run(tx, run, self._worker, HOLDER_ALIVE):
            raise DispatchError(segment=f"run:{run}", reason="another worker holds this run")
        if row["state"] == RunState.QUEUED.value:
            update_run(tx, run, state=RunState.THINKING.value)
            self._show_plan(tx, row)
        return row

    async def _advance(self, row: Mapping[str, Any]) -> State:
        """Run the graph until it waits or ends, from wherever its last checkpoint stands.

        A segment may come twice, late, or before the one it follows. Whatever it is, a run goes on exactly when what
        it waits for is settled: the database says so, the segment only makes it look.
        """
        graph, context = self._graph(row), await self._context(row)
        config: Any = {"configurable": {"thread_id": row["id"], STRICT_RESUME: True}, "recursion_limit": 100}
        snapshot = await graph.aget_state(config)
        entry: Any = None if snapshot.values else first_state(row["request"])
        while entry is not None or snapshot.tasks:  # `next` is empty too where a step ended whose checkpoint is missing
            if snapshot.interrupts:
                settled = await self._store.read(partial(_settled, waiting=snapshot.interrupts))
                if not settled:
                    break
                entry = Command(resume=settled)
            await graph.ainvoke(entry, config, context=context, durability="sync")
            entry, snapshot = None, await graph.aget_state(config)
        return cast("State", snapshot.values)

    def _graph(self, row: Mapping[str, Any]) -> CompiledStateGraph[State, RunContext, State, State]:
        graph = self._graphs.get(row["graph"])
        if graph is None:
            raise DispatchError(segment=f"run:{row['id']}", reason=f"graph `{row['graph']}` is not in this project")
        return graph

    async def _context(self, row: Mapping[str, Any]) -> RunContext:
        agent = self._agents.get(row["agent"])
        person = self._policies.people.get(row["requester"])
        if agent is None or person is None or not person.active:
            raise DispatchError(segment=f"run:{row['id']}", reason="its agent or requester is not known any more")
        earlier: Sequence[Mapping[str, Any]] = ()
        if row["thread"]:
            earlier = await self._store.read(lambda tx: runs_in_thread(tx, row["channel"], row["thread"]))
        history = tuple((one["request"], one["answer"]) for one in earlier)
        return RunContext(
            run=row["id"],
            agent=agent,
            requester=person,
            request=row["request"],
            pins=json.loads(row["pins"]),
            history=history,
            follows=row["follows"],
            tainted=any(one["tainted"] for one in earlier),
        )

    def _finish(self, tx: Transaction, row: Mapping[str, Any], state: State) -> None:
        """Write down where the run stands, show it and let go of it."""
        release_run(tx, row["id"], self._worker)
        tainted = any(one["tainted"] for one in state["evidence"])
        if tainted:
            update_run(tx, row["id"], tainted=1)
        if state["changeset"]:
            update_run(tx, row["id"], state=RunState.WAITING.value)
            self._show_plan(tx, row)
            return
        self._answer(tx, row, RunState.DONE, state["answer"], state["choices"])

    async def _fail(self, row: Mapping[str, Any], error: Exception) -> None:
        """End a run that cannot go on: close what still waits for a decision, and say what was done and what not."""
        known = isinstance(error, PlacetError)
        code = error.code if isinstance(error, PlacetError) else type(error).__name__

        def write(tx: Transaction) -> None:
            release_run(tx, row["id"], self._worker)
            append(tx, "run.failed", {"code": code, "known": known}, run=row["id"])
            for proposal in list_proposals(tx, run=row["id"]):
                cancel(tx, self._dispatch, proposal, by="run", reason="its run failed")
            after = [one for one in list_proposals(tx, run=row["id"]) if one.state is not ProposalState.CANCELLED]
            self._answer(tx, row, RunState.FAILED, _apology(row["id"], error, after), {})

        await self._store.write(write)

    def _answer(
        self, tx: Transaction, row: Mapping[str, Any], state: RunState, text: str, choices: Mapping[str, Any]
    ) -> None:
        update_run(tx, row["id"], state=state.value, answer=text)
        append(tx, "run.answered", {"state": state.value, "answer": text[:2_000]}, run=row["id"])
        if row["channel"]:
            body: dict[str, Json] = {"choices": dict(choices)}
            want(tx, self._dispatch, f"answer:{row['id']}", kind="answer", run=row["id"], subject=row["id"], body=body)
        self._show_plan(tx, row)

    def _show_plan(self, tx: Transaction, row: Mapping[str, Any]) -> None:
        if row["channel"]:
            want(tx, self._dispatch, f"plan:{row['id']}", kind="plan", run=row["id"], subject=row["id"])


def _settled(tx: Transaction, waiting: Sequence[Interrupt]) -> dict[str, dict[str, str]]:
    """Of the pauses, those whose changeset is settled, each with its answer: the same pointer, and no authority."""
    answers: dict[str, dict[str, str]] = {}
    for pause in waiting:
        named = pause.value.get("changeset") if isinstance(pause.value, Mapping) else None
        proposals = proposals_of(tx, str(named))
        if proposals and all(one.state.settled for one in proposals):
            answers[pause.id] = {"changeset": proposals[0].changeset}
    return answers


def _apology(run: str, error: Exception, proposals: Sequence[Proposal]) -> str:
    """What a rep is told when a run fails: why, and what became of each change that was decided before."""
    reason = str(error).rstrip(". ") if isinstance(error, PlacetError) else "something unexpected happened"
    states = "".join(f"\n• {escape(one.title)}: {one.state.value}" for one in proposals)
    before = f" Decided before that:{states}" if states else " Nothing was changed."
    return f"I could not finish this: {escape(reason)} (run {run}).{before}"
