"""What a graph remembers between steps: plain JSON, so that a checkpoint holds no classes and no authority."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from placet.toolbox.turn import Call, Turn
from placet.vocabulary import AgentSpec, Evidence, Json, Person, dump, load


class State(TypedDict, total=False):
    """The state of one run.

    `messages`: the talk with the model, oldest first. `calls`: tool calls that wait to be carried out. `turn`: number
    of the next changeset. `steps`: model answers used. `changeset` and `waiting`: what the run waits for, and which
    call each proposal answers. `evidence`: what was read. `choices`: candidates the rep must choose from.
    """

    messages: list[dict[str, Any]]
    calls: list[dict[str, Any]]
    turn: int
    steps: int
    changeset: str
    waiting: list[dict[str, str]]
    evidence: list[dict[str, Any]]
    confidence: str
    choices: dict[str, Any]
    answer: str
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What does not change during a segment. Passed beside the state and never stored in a checkpoint.

    `tainted`: the earlier talk of the thread, which the model sees, rests on text from outside.
    """

    run: str
    agent: AgentSpec
    requester: Person
    request: str
    pins: Mapping[str, str]
    history: tuple[tuple[str, str], ...] = ()
    follows: str = ""
    tainted: bool = False


def first_state(request: str) -> State:
    """The state a run starts with."""
    return State(
        messages=[{"role": "user", "content": request}],
        calls=[],
        turn=0,
        steps=0,
        changeset="",
        waiting=[],
        evidence=[],
        confidence="",
        choices={},
        answer="",
        again=False,
    )


def turn_of(state: State, context: RunContext) -> Turn:
    """The turn the toolbox serves now."""
    evidence = [load(Evidence, one) for one in state["evidence"]]
    if context.tainted:
        evidence.insert(0, Evidence(text="earlier messages of this thread", source="thread", tainted=True))
    return Turn(
        run=context.run,
        number=state["turn"],
        agent=context.agent,
        requester=context.requester,
        request=context.request,
        pins=context.pins,
        evidence=tuple(evidence),
        confidence=state["confidence"] or None,
        follows=context.follows,
    )


def call_to_json(call: Call) -> dict[str, Json]:
    """A call as the state keeps it."""
    return {"id": call.id, "tool": call.tool, "arguments": dict(call.arguments)}


def calls_in(state: State) -> list[Call]:
    """The calls that wait, re-validated: stored state has no types."""
    return [Call(id=str(one["id"]), tool=str(one["tool"]), arguments=dict(one["arguments"])) for one in state["calls"]]


def evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    """Evidence as the state keeps it."""
    data = dump(evidence)
    assert isinstance(data, dict)
    return data
