"""The steps a graph is made of: think, read, propose, wait. None of them writes to a system.

A graph in a project's `graphs/` room joins them; what they do is the same for every graph.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from langchain_core.language_models import BaseChatModel
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from placet.engine.messages import model_tools, outcome_message, result_message, to_langchain
from placet.engine.prose import compose
from placet.engine.state import RunContext, State, call_to_json, calls_in, evidence_to_json, turn_of
from placet.errors import AnswerUnusable, ReferenceAmbiguous
from placet.ledger import append
from placet.models import Answer, profile_of, read_answer
from placet.storage import Store
from placet.storage.rows import find_proposal
from placet.toolbox.box import Result, Toolbox
from placet.toolbox.turn import Call
from placet.vocabulary import Effect, Evidence, Json, in_words, sha256

EVIDENCE_TEXT = 160
"""Characters of a read result that a card shows as evidence."""


class Steps:
    """Nodes and edges for a `StateGraph(State, context_schema=RunContext)`."""

    def __init__(self, *, model: BaseChatModel, toolbox: Toolbox, store: Store) -> None:
        self._model = model
        self._profile = profile_of(model)
        self._toolbox = toolbox
        self._store = store

    # --- nodes ----------------------------------------------------------------------------------------

    async def think(self, state: State, runtime: Runtime[RunContext]) -> State:
        """Ask the model what to do next, or let it answer."""
        context = runtime.context
        state = await self._with_outcomes(state)
        used = state["steps"] + 1
        if used > context.agent.limits.steps_per_run:
            answer = f"I stopped after {used - 1} steps without finishing. Please ask for less at once."
            return State(**{**state, "calls": [], "again": False, "answer": answer})
        finished = any(message["role"] == "tool" for message in state["messages"])
        if finished and self._profile.single_shot:
            return State(**{**state, "calls": [], "again": False, "answer": compose(state["messages"])})
        try:
            answered = await self._ask(state, context)
        except AnswerUnusable as mistake:
            return await self._unusable(state, context, mistake, used)
        return await self._answered(state, context, answered, used)

    async def read(self, state: State, runtime: Runtime[RunContext]) -> State:
        """Carry out the calls that read (and report those that name no tool)."""
        turn, calls = turn_of(state, runtime.context), calls_in(state)
        reads = [call for call in calls if self._reads(state, runtime.context, call)]
        results = await self._toolbox.read(turn, reads)
        rest = [call_to_json(call) for call in calls if call not in reads]
        evidence = [evidence_to_json(one) for result in results if (one := _evidence(result)) is not None]
        return State(
            messages=[*state["messages"], *(result_message(result) for result in results)],
            calls=rest,
            evidence=[*state["evidence"], *evidence],
            choices=_choices(results) or state["choices"],
        )

    async def propose(self, state: State, runtime: Runtime[RunContext]) -> State:
        """Turn the calls that write into proposals, committed with their cards."""
        calls = calls_in(state)
        proposed = await self._toolbox.propose(turn_of(state, runtime.context), calls)
        return State(
            messages=[*state["messages"], *(result_message(result) for result in proposed.mistakes)],
            calls=[],
            turn=state["turn"] + 1,
            changeset=proposed.changeset or "",
            waiting=[{"call": proposal.call, "proposal": proposal.id} for proposal in proposed.proposals],
            choices=_choices(proposed.mistakes) or state["choices"],
        )

    async def wait(self, state: State) -> State:
        """Wait until every proposal of the changeset is settled. The answer to this pause carries no authority."""
        interrupt({"changeset": state["changeset"]})
        return State()

    # --- edges ----------------------------------------------------------------------------------------

    def after_think(self, state: State, runtime: Runtime[RunContext]) -> str:
        """`read`, `propose`, `think` again, or `end`."""
        if state["again"]:
            return "think"
        calls = calls_in(state)
        if any(self._reads(state, runtime.context, call) for call in calls):
            return "read"
        return "propose" if calls else "end"

    @staticmethod
    def after_read(state: State) -> str:
        """`propose` if calls are left, else `think`."""
        return "propose" if state["calls"] else "think"

    @staticmethod
    def after_propose(state: State) -> str:
        """`wait` if there is something to wait for, else `think`."""
        return "wait" if state["changeset"] else "think"

    # --- parts of thinking ----------------------------------------------------------------------------

    async def _with_outcomes(self, state: State) -> State:
        """The state with outcomes read from the database in place of what it waited for."""
        if not state["changeset"]:
            return state
        waiting = state["waiting"]
        found = await self._store.read(lambda tx: [find_proposal(tx, one["proposal"]) for one in waiting])
        messages = [
            outcome_message(one["call"], proposal)
            for one, proposal in zip(waiting, found, strict=True)
            if proposal is not None
        ]
        return State(**{**state, "changeset": "", "waiting": [], "messages": [*state["messages"], *messages]})

    async def _ask(self, state: State, context: RunContext) -> Answer:
        visible = self._toolbox.visible(context.agent, context.requester)
        model: Any = self._model.bind_tools(model_tools(visible)) if visible else self._model
        return read_answer(await model.ainvoke(to_langchain(context, state["messages"])))

    async def _unusable(self, state: State, context: RunContext, mistake: AnswerUnusable, used: int) -> State:
        await self._note(context, "model.unusable", {"code": mistake.code, "message": str(mistake)[:500]})
        if self._profile.single_shot:
            text = f"I could not use the model's answer: {mistake.reason}. Please say it in other words."
            return State(**{**state, "steps": used, "calls": [], "again": False, "answer": text})
        note = {"role": "system", "content": f"[placet] {mistake}. {mistake.next_step}."}
        return State(**{**state, "steps": used, "calls": [], "again": True, "messages": [*state["messages"], note]})

    async def _answered(self, state: State, context: RunContext, answered: Answer, used: int) -> State:
        calls = [Call(id=one.id, tool=one.name, arguments=one.arguments) for one in answered.calls]
        facts: dict[str, Json] = {
            "model": self._profile.name,
            "instructions": sha256(context.agent.instructions.encode()),
            "text": answered.text[:2_000],
            "calls": [call_to_json(call) for call in calls],
            "confidence": answered.confidence,
        }
        await self._note(context, "model.answered", facts)
        doubt = self._doubt(state, context, answered, calls)
        waiting: list[dict[str, Any]] = [call_to_json(call) for call in calls]
        message = {"role": "assistant", "content": answered.text, "calls": waiting}
        return State(
            **{
                **state,
                "steps": used,
                "again": False,
                "messages": [*state["messages"], message],
                "calls": [] if doubt else waiting,
                "confidence": answered.confidence or "",
                "answer": doubt or (self._text(state, answered) if not calls else ""),
            }
        )

    def _text(self, state: State, answered: Answer) -> str:
        return answered.text.strip() or compose(state["messages"])

    def _doubt(self, state: State, context: RunContext, answered: Answer, calls: list[Call]) -> str:
        """The question to the rep where the model is too unsure to propose, or an empty string."""
        floor = context.agent.confidence_floor
        writes = [call for call in calls if not self._reads(state, context, call)]
        if not writes or floor is None or answered.confidence is None:
            return ""
        if Decimal(answered.confidence) >= Decimal(floor):
            return ""
        guess = "; ".join(f"{call.tool.replace('_', ' ')} ({in_words(dict(call.arguments))})" for call in writes)
        return (
            f"I am not sure I understood you, so I proposed nothing. Did you mean: {guess}? "
            "Please say it again with the exact name of the record and all digits of any number."
        )

    def _reads(self, state: State, context: RunContext, call: Call) -> bool:
        """Whether a call can go to `read`: it reads, or it names no tool and is reported there."""
        return self._toolbox.effect_of(turn_of(state, context), call) in {None, Effect.READ}

    async def _note(self, context: RunContext, kind: str, facts: Mapping[str, Json]) -> None:
        await self._store.write(lambda tx: append(tx, kind, facts, run=context.run))


def _evidence(result: Result) -> Evidence | None:
    if result.mistake is not None:
        return None
    text = json.dumps(result.data, ensure_ascii=False) if not isinstance(result.data, str) else result.data
    if isinstance(result.data, list | dict):
        text = "; ".join(in_words(item) for item in (result.data if isinstance(result.data, list) else [result.data]))
    short = text if len(text) <= EVIDENCE_TEXT else f"{text[: EVIDENCE_TEXT - 1]}…"
    return Evidence(text=short or "nothing found", source=result.call.tool, tainted=result.tainted)


def _choices(results: list[Result] | tuple[Result, ...]) -> dict[str, Any]:
    """The first ambiguous reference among results, for the rep to choose from."""
    for result in results:
        if isinstance(result.mistake, ReferenceAmbiguous):
            mistake = result.mistake
            listed = [{"id": record, "name": name} for record, name in mistake.candidates]
            return {"object": mistake.object, "said": mistake.said, "candidates": listed}
    return {}
