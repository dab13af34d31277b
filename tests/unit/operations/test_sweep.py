"""The stuck sweep: whatever lost its segment goes on, whatever is healthy or held is left alone."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from tests.support.company import Company, execute_sql

from placet.dispatch.heartbeats import beat
from placet.operations import release, stop
from placet.operations.sweep import Swept, sweep
from placet.vocabulary import DecisionKind, Proposal, ProposalState

LATER = timedelta(minutes=3)


async def look(co: Company, after: timedelta = LATER) -> Swept:
    """Let time pass, sweep, and let run what that queued."""
    await co.advance(after)
    swept = await co.store.write(lambda tx: sweep(tx, co.dispatch))
    await co.dispatch.run_until_idle()
    return swept


async def lose(co: Company, segment: str) -> None:
    """It never runs."""
    await co.store.write(lambda tx: co.dispatch.cancel(tx, segment))
    assert await co.dispatch.status(segment) == "cancelled"


async def die_in(co: Company, owner: Any, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run what is due; the segment that reaches `method` is lost there."""

    async def die(*_given: object) -> None:
        raise asyncio.CancelledError  # what a worker that is cut off sees: no handler answers it

    with monkeypatch.context() as patch:
        patch.setattr(owner, method, die)
        with pytest.raises(asyncio.CancelledError):
            await co.dispatch.run_until_idle()


async def approved_and_lost(co: Company) -> Proposal:
    proposal = await co.only()
    await co.decide("dana", proposal, DecisionKind.APPROVE)
    await lose(co, f"execute:{proposal.id}:{proposal.revision}")
    return proposal


async def requeued(co: Company) -> list[dict[str, Any]]:
    return [dict(entry.facts) for entry in await co.ledger() if entry.kind == "sweep.requeued"]


async def test_an_attempt_cut_off_after_sending_is_found_and_never_sent_again(
    asked: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = await asked.only()
    await asked.decide("dana", proposal, DecisionKind.APPROVE)
    await die_in(asked, asked.app.executor, "_record", monkeypatch)
    assert (await asked.again(proposal)).state is ProposalState.EXECUTING
    assert await look(asked) == Swept(executing=1)
    assert ((await asked.again(proposal)).state, len(asked.egress())) == (ProposalState.DONE, 1)
    assert (await asked.run())["state"] == "done"


async def test_an_attempt_cut_off_before_sending_fails_and_sends_nothing(
    asked: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = await asked.only()
    await asked.decide("dana", proposal, DecisionKind.APPROVE)
    await die_in(asked, asked.app.executor, "_send", monkeypatch)
    assert await look(asked) == Swept(executing=1)
    assert ((await asked.again(proposal)).state, asked.egress()) == (ProposalState.FAILED, [])


async def test_an_approved_proposal_whose_segment_was_lost_is_sent_once(asked: Company) -> None:
    proposal = await approved_and_lost(asked)
    assert await look(asked) == Swept(approved=1)
    assert await look(asked) == Swept()
    assert ((await asked.again(proposal)).state, len(asked.egress())) == (ProposalState.DONE, 1)


async def test_two_sweeps_before_anything_runs_still_send_once(asked: Company) -> None:
    await approved_and_lost(asked)
    for passed in (LATER, timedelta(minutes=1)):
        asked.clock.advance(passed)
        assert await asked.store.write(lambda tx: sweep(tx, asked.dispatch)) == Swept(approved=1)
    assert await asked.dispatch.run_until_idle() > 1
    assert len(asked.egress()) == 1


@pytest.mark.parametrize("name", ["all", "agent:sales-assistant", "connector:crm", "tool:crm.set_deal_amount"])
async def test_what_a_switch_holds_is_left_alone_until_it_is_released(asked: Company, name: str) -> None:
    proposal = await approved_and_lost(asked)
    await asked.store.write(lambda tx: stop(tx, name, by="priya", reason="drill"))
    assert await look(asked) == Swept()
    assert (await requeued(asked), asked.egress()) == ([], [])
    await asked.store.write(lambda tx: release(tx, asked.dispatch, name, by=asked.person("priya"), reason="over"))
    await asked.dispatch.run_until_idle()
    assert (await asked.again(proposal)).state is ProposalState.DONE


async def test_a_row_that_cannot_be_read_does_not_keep_others_stuck(asked: Company) -> None:
    damaged = await approved_and_lost(asked)
    run = await asked.ask("riley", "note it", event="lost", settle=False)
    await lose(asked, "evt:lost")
    spoil = "UPDATE proposals SET body = :body WHERE id = :id"
    row = "SELECT body FROM proposals WHERE id = :id"
    body = await asked.store.read(lambda tx: tx.connection.exec_driver_sql(row, {"id": damaged.id}).scalar_one())
    await asked.store.write(lambda tx: execute_sql(tx, spoil, body="{}", id=damaged.id))
    assert await look(asked) == Swept(abandoned=1)
    await asked.store.write(lambda tx: execute_sql(tx, spoil, body=body, id=damaged.id))
    assert (await asked.run(run))["state"] == "done"


@pytest.mark.parametrize("decided", [False, True], ids=["proposed", "approved"])
async def test_a_proposal_whose_expiry_was_lost_expires(asked: Company, decided: bool) -> None:  # noqa: FBT001 - a parameter of the test
    proposal = await asked.only()
    await lose(asked, f"expire:{proposal.id}:{proposal.revision}")
    if decided:
        await approved_and_lost(asked)
    past = proposal.expires_at - asked.clock() + LATER
    assert await look(asked, past) == Swept(overdue=1)
    assert ((await asked.again(proposal)).state, asked.egress()) == (ProposalState.EXPIRED, [])
    assert (await asked.run())["state"] == "done"


async def test_a_run_whose_waking_was_lost_answers(asked: Company) -> None:
    proposal = await asked.only()
    await asked.advance(LATER)  # the run has waited long, its answer is fresh
    await asked.decide("dana", proposal, DecisionKind.REJECT, reason="not now")
    await lose(asked, f"resume:{proposal.changeset}")
    assert await look(asked, timedelta(0)) == Swept()
    assert await look(asked) == Swept(settled=1)
    assert (await asked.run())["state"] == "done"


async def test_a_request_whose_first_turn_was_lost_is_thought_about(co: Company) -> None:
    await co.ask("riley", "set hooli to 120000", event="lost", settle=False)
    await lose(co, "evt:lost")
    assert await look(co) == Swept(abandoned=1)
    assert ((await co.run())["state"], (await co.only()).state) == ("waiting", ProposalState.PROPOSED)


async def test_a_run_is_taken_over_once_its_holder_is_silent(co: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    await co.ask("riley", "set hooli to 120000", settle=False)
    await die_in(co, co.app.runner, "_advance", monkeypatch)
    await co.advance(LATER)
    await co.store.write(lambda tx: beat(tx, co.app.worker, "worker"))
    assert ((await co.run())["state"], await look(co, timedelta(seconds=59))) == ("thinking", Swept())
    assert await look(co, timedelta(seconds=1)) == Swept(abandoned=1)
    assert (await co.run())["state"] == "waiting"


async def test_nothing_is_queued_for_what_is_healthy(asked: Company) -> None:
    assert await look(asked) == Swept()
    await asked.approve("dana")
    assert await look(asked) == Swept()
    fresh = await asked.ask("riley", "note it", settle=False)
    assert await asked.store.write(lambda tx: sweep(tx, asked.dispatch)) == Swept()
    assert ((await asked.run(fresh))["state"], await requeued(asked)) == ("queued", [])


async def test_the_ledger_tells_in_one_entry_how_much_was_queued(asked: Company) -> None:
    await approved_and_lost(asked)
    await asked.ask("riley", "note it", event="lost", settle=False)
    await lose(asked, "evt:lost")
    await look(asked)
    assert await requeued(asked) == [{"executing": 0, "approved": 1, "overdue": 0, "settled": 0, "abandoned": 1}]


async def test_an_application_that_starts_its_jobs_sweeps_at_once(asked: Company) -> None:
    await approved_and_lost(asked)
    await asked.advance(LATER)
    assert await requeued(asked) == []
    asked.app.start_jobs()
    await asked.app.stop_jobs()
    await asked.dispatch.run_until_idle()
    assert ((await asked.only()).state, len(asked.egress())) == (ProposalState.DONE, 1)
