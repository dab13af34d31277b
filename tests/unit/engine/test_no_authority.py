"""Whatever is done to a graph, its checkpoints or its resume: without a decision nothing reaches the CRM."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from langgraph.types import Command
from tests.support.company import Company

from placet.engine.runner import STRICT_RESUME
from placet.vocabulary import ProposalState

RESUMES: dict[str, Any] = {
    "approve": "approve", "reject": "reject", "true": True, "nothing": {}, "wrong": {"wrong": True},
    "approved": {"approved": True, "by": "dana"}, "unknown id": {"0" * 32: "approve"}, "list": ["approve"],
}  # fmt: skip


class Graph:
    """The compiled graph of a run, as somebody would use it who can reach it past the runner."""

    def __init__(self, co: Company, run: str) -> None:
        self._co, self._run = co, run
        self.graph = co.app.runner._graphs["assistant"]
        self.config: Any = {"configurable": {"thread_id": run}, "recursion_limit": 30}

    async def push(self, entry: Any, **more: Any) -> None:
        """Run it; whether it raises does not matter here."""
        config: Any = {**self.config, "configurable": {**self.config["configurable"], **more}}
        context = await self._co.app.runner._context(await self._co.run(self._run))
        with suppress(Exception):
            await self.graph.ainvoke(entry, config, context=context, durability="sync")


@pytest.fixture
def graph(asked: Company) -> Graph:
    return Graph(asked, asked.runs[-1])


async def nothing_happened(co: Company) -> None:
    """No decision, no change, no second proposal; and the proposal can still be decided, once."""
    await co.dispatch.run_until_idle()
    assert ((await co.only()).state, co.egress()) == (ProposalState.PROPOSED, [])
    await co.approve("dana")
    assert ((await co.only()).state, len(co.egress())) == (ProposalState.DONE, 1)


@pytest.mark.parametrize("resume", RESUMES.values(), ids=RESUMES)
@pytest.mark.parametrize("strict", [True, False])
async def test_a_resume_carries_no_authority(asked: Company, graph: Graph, resume: Any, *, strict: bool) -> None:
    await graph.push(Command(resume=resume), **{STRICT_RESUME: strict})
    await nothing_happened(asked)


@pytest.mark.parametrize("node", ["read", "propose", "wait"])
async def test_state_that_was_written_from_outside_carries_no_authority(
    asked: Company, graph: Graph, node: str
) -> None:
    await graph.graph.aupdate_state(graph.config, {"answer": "approved", "changeset": ""}, as_node=node)
    await graph.push(None)
    await nothing_happened(asked)


async def test_calls_that_were_written_into_the_state_become_no_write(asked: Company, graph: Graph) -> None:
    call = {"id": "x", "tool": "set_deal_amount", "arguments": {"deal": "Hooli expansion", "amount": 999}}
    await graph.graph.aupdate_state(graph.config, {"calls": [call], "turn": 7}, as_node="read")
    await graph.push(None)
    await asked.dispatch.run_until_idle()
    assert {one.state for one in await asked.proposals()} == {ProposalState.PROPOSED}
    assert asked.egress() == []


async def test_old_checkpoints_played_again_write_nothing(asked: Company, graph: Graph) -> None:
    history = [
        one.config["configurable"]["checkpoint_id"] async for one in graph.graph.aget_state_history(graph.config)
    ]
    for checkpoint in history:
        await graph.push(None, checkpoint_id=checkpoint)
        await graph.push(Command(resume="approve"), checkpoint_id=checkpoint)
    await nothing_happened(asked)


async def test_old_checkpoints_of_a_finished_run_write_nothing_again(asked: Company, graph: Graph) -> None:
    await asked.approve("dana")
    history = [
        one.config["configurable"]["checkpoint_id"] async for one in graph.graph.aget_state_history(graph.config)
    ]
    for checkpoint in history:
        await graph.push(None, checkpoint_id=checkpoint)
    await asked.dispatch.run_until_idle()
    assert len(asked.egress()) == 1


async def at_once(*actions: Callable[[], Awaitable[None]]) -> None:
    await asyncio.gather(*(action() for action in actions))


async def test_five_resumes_at_once_write_nothing(asked: Company, graph: Graph) -> None:
    await at_once(*[lambda: graph.push(Command(resume="approve"))] * 5)
    await nothing_happened(asked)


async def test_five_wakings_after_the_approval_write_once_and_answer_once(asked: Company) -> None:
    proposal, run = await asked.only(), asked.runs[-1]
    await asked.approve("dana")
    for _ in range(5):
        await asked.app.runner.resume({"run": run, "changeset": proposal.changeset})
    assert (len(asked.egress()), (await asked.kinds()).count("run.answered")) == (1, 1)


async def test_waking_a_run_whose_proposal_is_open_changes_nothing(asked: Company) -> None:
    proposal, run = await asked.only(), asked.runs[-1]
    await asked.app.runner.resume({"run": run, "changeset": proposal.changeset})
    await asked.app.runner.turn({"run": run})
    assert (await asked.run())["state"] == "waiting"
    await nothing_happened(asked)


def test_langgraph_still_has_the_key_that_makes_resumes_strict() -> None:
    from langgraph._internal import _constants

    assert _constants.CONFIG_KEY_STRICT_RESUME == STRICT_RESUME
