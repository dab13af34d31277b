"""A run that is cut off anywhere and played again: one changeset, one answer, nothing lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.support.company import Company, call, company

from placet.models import Script, ScriptedAnswer
from placet.vocabulary import ProposalState

NOTE = call("log_note", account="Hooli", text="Called, all well")
TWO_TURNS = Script(
    "two",
    (
        ScriptedAnswer(calls=(call("set_deal_amount", deal="Hooli expansion", amount=120_000),), confidence="0.9"),
        ScriptedAnswer(calls=(call("move_deal", deal="Hooli expansion", stage="negotiation"),), confidence="0.9"),
        ScriptedAnswer(text="Both done"),
    ),
)


class Killed(BaseException):
    """What the process would have died of."""


@asynccontextmanager
async def killed_after(owner: Any, method: str) -> AsyncIterator[None]:
    """The next call of `method` does its work, and then the process is gone."""
    whole = getattr(owner, method)

    async def work_and_die(*given: Any, **named: Any) -> None:
        await whole(*given, **named)
        raise Killed

    setattr(owner, method, work_and_die)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        setattr(owner, method, whole)


async def test_killed_between_proposal_and_checkpoint_a_turn_proposes_once(co: Company) -> None:
    async with killed_after(co.app.toolbox, "propose"):
        await co.ask("riley", "set hooli to 120000")
    before = await co.only()
    await co.app.runner.turn({"run": before.run})
    assert ((await co.only()).id, (await co.run(before.run))["state"]) == (before.id, "waiting")
    await co.approve("dana")
    assert (await co.run(before.run))["state"] == "done"
    assert len(co.egress()) == 1


async def ask_and_die(co: Company, text: str) -> str:
    """Ask, die after the proposal was committed, and give the run."""
    async with killed_after(co.app.toolbox, "propose"):
        await co.ask("riley", text)
    return (await co.only()).run


async def test_what_was_decided_and_sent_meanwhile_is_told_when_the_turn_is_played_again(co: Company) -> None:
    run = await ask_and_die(co, "set hooli to 120000")
    await co.approve("dana")
    await co.app.runner.turn({"run": run})
    assert "approved and applied" in await co.answer(run)
    assert len(co.egress()) == 1


async def test_what_the_policy_allowed_is_sent_once_although_its_turn_was_cut_off(co: Company) -> None:
    run = await ask_and_die(co, "note it")
    await co.dispatch.run_until_idle()
    await co.app.runner.turn({"run": run})
    assert "approved and applied" in await co.answer(run)
    assert ((await co.only()).state, len(co.egress())) == (ProposalState.DONE, 1)


async def test_a_waking_that_comes_late_leaves_a_run_that_waits_for_more_alone(tmp_path: Path) -> None:
    async with company(tmp_path, TWO_TURNS) as co:
        run = await co.ask("riley", "two things")
        first = await co.only()
        await co.approve("dana", first)
        assert (await co.run())["state"] == "waiting"
        await co.app.runner.resume({"run": run, "changeset": first.changeset})
        assert (await co.run())["state"] == "waiting"
        await co.approve("dana", (await co.proposals())[1])
        assert await co.answer() == "Both done"


@pytest.mark.parametrize("written", range(4))
async def test_killed_after_any_checkpoint_a_run_goes_on_from_there(
    co: Company, written: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    saver: Any = co.app.runner._graphs["assistant"].checkpointer
    put, left = saver.aput, written

    async def put_and_die(*given: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        return await put(*given, **named)

    monkeypatch.setattr(saver, "aput", put_and_die)
    with pytest.raises(Killed):
        await co.ask("riley", "set hooli to 120000")
    monkeypatch.undo()
    run = (await co.ledger())[0].run
    await co.app.runner.turn({"run": run})
    await co.approve("dana")
    assert ((await co.run(run))["state"], len(await co.proposals()), len(co.egress())) == ("done", 1, 1)
