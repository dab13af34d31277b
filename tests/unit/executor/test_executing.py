"""Executing: every outcome ends in the right state, and nothing is ever sent twice."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.support.company import Company, SpyWriter, company, execute_sql, replace_writer

from placet.connectors.embedded import EmbeddedOptions
from placet.dispatch.heartbeats import beat
from placet.errors import ConnectorError
from placet.storage.rows import open_attempt
from placet.vocabulary import DecisionKind, Idempotency, Json, OutcomeKind, ProposalState
from placet.vocabulary import Outcome as Said

NEVER_SENT = {
    OutcomeKind.DENIED, OutcomeKind.NOT_VISIBLE, OutcomeKind.INVALID, OutcomeKind.NEEDS_CONFIRMATION,
    OutcomeKind.THROTTLED, OutcomeKind.UNAVAILABLE,
}  # fmt: skip


async def test_an_approved_change_is_made_once_and_its_receipt_kept(asked: Company) -> None:
    await asked.approve("dana")
    done = await asked.only()
    assert (await asked.crm("OPP-1001")).values["amount"] == {"minor": 12_000_000, "currency": "EUR"}
    assert done.state is ProposalState.DONE
    assert done.receipt == {
        "outcome": "applied", "record": "OPP-1001", "version": "2", "message": "", "verified": True,
        "at": done.receipt and done.receipt["at"], "window_ms": None,
        "inverse": {"amount": {"minor": 9_500_000, "currency": "EUR"}},
    }  # fmt: skip
    assert await asked.store.read(lambda tx: open_attempt(tx, done.id)) is None


async def test_every_move_is_on_the_ledger_in_order(asked: Company) -> None:
    await asked.approve("dana")
    kinds = await asked.kinds(proposal=(await asked.only()).id)
    assert kinds == [
        "proposal.proposed", "decision.recorded", "proposal.approved", "proposal.executing", "attempt.ended",
        "proposal.done",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(NEVER_SENT))
async def test_a_definite_no_is_a_failure_that_changed_nothing(asked: Company, kind: OutcomeKind) -> None:
    replace_writer(asked, SpyWriter(Said(kind=kind, message="said the system")))
    await asked.approve("dana")
    failed = await asked.only()
    assert (failed.state, failed.reason.endswith(": said the system")) == (ProposalState.FAILED, True)
    assert "nothing was changed" in await asked.answer()


async def test_a_record_that_moved_is_stale_and_nothing_is_sent(asked: Company) -> None:
    await asked.elsewhere("OPP-1001", stage="negotiation")
    await asked.approve("dana")
    assert ((await asked.only()).state, asked.egress()) == (ProposalState.STALE, [])
    assert "the record had changed meanwhile" in await asked.answer()


async def test_a_lost_answer_is_unknown_and_never_sent_again(asked: Company) -> None:
    asked.faults["crm"].timeout_after_commit = True
    await asked.approve("dana")
    asked.faults["crm"].timeout_after_commit = False
    for _ in range(3):
        await asked.app.executor.execute((await asked.only()).id)
    assert ((await asked.only()).state, len(asked.egress())) == (ProposalState.UNKNOWN, 1)
    assert "unknown" in await asked.answer()


async def test_an_answer_lost_before_the_change_is_unknown_too(asked: Company) -> None:
    asked.faults["crm"].timeout_before_commit = True
    await asked.approve("dana")
    assert ((await asked.only()).state, asked.egress()) == (ProposalState.UNKNOWN, [])


@pytest.mark.parametrize("kind", [OutcomeKind.APPLIED, OutcomeKind.ALREADY_APPLIED])
async def test_a_success_that_cannot_be_read_back_is_unknown(asked: Company, kind: OutcomeKind) -> None:
    spy = SpyWriter(Said(kind=kind, record="OPP-1001"))
    replace_writer(asked, spy)
    await asked.approve("dana")
    told = await asked.only()
    assert (told.state, told.reason) == (ProposalState.UNKNOWN, "read back, these differ: amount")
    assert (told.receipt or {})["verified"] is False


async def test_a_system_that_does_not_answer_the_reading_back_is_believed_but_not_verified(
    asked: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(object: str, record: str) -> None:
        raise ConnectorError(system="crm", reason="no answer")

    monkeypatch.setattr(asked.app.executor._systems["crm"].reader, "read", silent)
    await asked.approve("dana")
    done = await asked.only()
    assert (done.state, (done.receipt or {})["verified"]) == (ProposalState.DONE, None)


async def test_twenty_executors_at_once_send_once(asked: Company) -> None:
    proposal = await asked.only()
    await asked.decide("dana", proposal, DecisionKind.APPROVE)
    workers = [f"worker-{number}" for number in range(20)]
    for worker in workers:
        await asked.store.write(partial(beat, worker=worker, role="executor"))
    await asyncio.gather(*(asked.executor(worker).execute(proposal.id) for worker in workers))
    await asked.dispatch.run_until_idle()
    assert ((await asked.only()).state, len(asked.egress())) == (ProposalState.DONE, 1)
    assert (await asked.kinds()).count("proposal.executing") == 1


async def test_one_executor_called_twenty_times_at_once_sends_once(asked: Company) -> None:
    proposal = await asked.only()
    await asked.decide("dana", proposal, DecisionKind.APPROVE)
    await asyncio.gather(*(asked.app.executor.execute(proposal.id) for _ in range(20)))
    assert ((await asked.only()).state, len(asked.egress())) == (ProposalState.DONE, 1)


async def cut_off(co: Company, worker: str = "gone", *, sent: bool) -> str:
    """Leave a proposal as a worker leaves it that dies right before or right after it sent."""
    proposal = await co.only()
    await co.decide("dana", proposal, DecisionKind.APPROVE)
    executor = co.executor(worker)

    class Died(BaseException):
        pass

    async def die(*given: Any, **named: Any) -> None:
        if sent:
            await send(*given, **named)
        raise Died

    writer: Any = executor._systems["crm"].writer
    send, writer.apply = writer.apply, die  # the worker dies here
    with pytest.raises(Died):
        await executor.execute(proposal.id)
    writer.apply = send  # whoever comes next does not
    return proposal.id


async def test_what_a_dead_worker_sent_is_found_by_its_key(asked: Company) -> None:
    proposal = await cut_off(asked, sent=True)
    await asked.executor("next").execute(proposal)
    done = await asked.only()
    assert (done.state, (done.receipt or {})["outcome"]) == (ProposalState.DONE, "already_applied")
    assert len(asked.egress()) == 1


async def test_what_a_dead_worker_did_not_send_fails_and_is_not_sent_later(asked: Company) -> None:
    proposal = await cut_off(asked, sent=False)
    for _ in range(2):
        await asked.executor("next").execute(proposal)
    assert ((await asked.only()).state, asked.egress()) == (ProposalState.FAILED, [])
    assert "holds no trace of it" in (await asked.only()).reason


@pytest.mark.parametrize("sent", [True, False])
async def test_where_a_system_keeps_no_keys_a_cut_off_attempt_is_unknown(tmp_path: Path, *, sent: bool) -> None:
    async with company(tmp_path, options=EmbeddedOptions(idempotency=Idempotency.NONE)) as co:
        await co.ask("riley", "set hooli to 120000")
        proposal = await cut_off(co, sent=sent)
        for _ in range(3):
            await co.executor("next").execute(proposal)
        assert ((await co.only()).state, len(co.egress())) == (ProposalState.UNKNOWN, int(sent))


async def test_nobody_takes_over_from_a_worker_that_is_alive(asked: Company) -> None:
    proposal = await cut_off(asked, "alive", sent=False)
    await asked.store.write(lambda tx: beat(tx, "alive", "executor"))
    await asked.executor("next").execute(proposal)
    assert (await asked.only()).state is ProposalState.EXECUTING


async def test_a_silent_worker_is_not_given_up_while_its_grant_could_still_be_used(asked: Company) -> None:
    await asked.store.write(lambda tx: beat(tx, "silent", "executor"))
    asked.clock.advance(timedelta(minutes=5))
    proposal = await cut_off(asked, "silent", sent=False)
    await asked.executor("next").execute(proposal)
    assert (await asked.only()).state is ProposalState.EXECUTING
    asked.clock.advance(timedelta(seconds=30))
    await asked.executor("next").execute(proposal)
    assert (await asked.only()).state is ProposalState.FAILED


async def test_an_attempt_that_broke_in_this_process_is_asked_about_again_until_it_is_clear(asked: Company) -> None:
    own = asked.app.executor._worker
    proposal = await cut_off(asked, own, sent=False)
    await asked.app.executor.execute(proposal)
    assert (await asked.only()).state is ProposalState.EXECUTING
    await asked.advance(timedelta(seconds=45))
    assert ((await asked.only()).state, asked.egress()) == (ProposalState.FAILED, [])


async def test_an_executing_row_without_an_attempt_is_unknown(asked: Company) -> None:
    await asked.store.write(lambda tx: execute_sql(tx, "UPDATE proposals SET state = 'executing'"))
    await asked.executor("next").execute((await asked.only()).id)
    assert ((await asked.only()).state, asked.egress()) == (ProposalState.UNKNOWN, [])


async def test_executing_what_does_not_exist_does_nothing(co: Company) -> None:
    await co.app.executor.execute("P-NOTHING")
    assert (await co.kinds(), co.egress()) == ([], [])


def amount(minor: int) -> Mapping[str, Json]:
    return {"minor": minor, "currency": "EUR"}


async def test_two_changes_of_one_record_are_not_both_made_on_the_same_base(tmp_path: Path) -> None:
    async with company(tmp_path) as co:
        await co.ask("riley", "set hooli to 120000", event="first")
        await co.ask("riley", "set hooli to 120000", event="second")
        for proposal in await co.proposals():
            await co.approve("dana", proposal)
        assert sorted(one.state for one in await co.proposals()) == [ProposalState.DONE, ProposalState.STALE]
        assert (await co.crm("OPP-1001")).values["amount"] == amount(12_000_000)
