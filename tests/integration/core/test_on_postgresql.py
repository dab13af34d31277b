"""The main path on PostgreSQL, where transactions really run side by side."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.support.company import Company, call, click_on, company, says, two_directors
from tests.support.racing import at_once, race

from placet.approvals import decide, expire
from placet.ledger import verify
from placet.storage import Transaction
from placet.vocabulary import DecisionKind, ProposalState

APPROVE, REJECT = DecisionKind.APPROVE, DecisionKind.REJECT
TWO = says(
    "two", call("set_deal_amount", deal="Hooli expansion", amount=1), call("move_deal", deal="OPP-1002", stage="won")
)


@pytest.fixture
async def on_postgres(tmp_path: Path, new_postgres: Callable[[], str]) -> AsyncIterator[Company]:
    async with company(tmp_path, database=new_postgres(), project=two_directors(quorum=1)) as co:
        await co.ask("riley", "set hooli to 120000")
        yield co


async def test_a_governed_write_from_request_to_answer(on_postgres: Company) -> None:
    await on_postgres.approve("dana")
    assert ((await on_postgres.only()).state, len(on_postgres.egress())) == (ProposalState.DONE, 1)
    assert "approved and applied" in await on_postgres.answer()


async def test_an_approval_and_a_rejection_at_once_are_one_decision(on_postgres: Company) -> None:
    told = await race(on_postgres, ("dana", APPROVE), ("omar", REJECT))
    assert sorted(one.refused.reason if one.refused else "" for one in told) == ["", "already_decided"]
    (winner,) = (one.state for one in told if one.refused is None)
    assert (await on_postgres.only()).state is winner
    assert (await on_postgres.kinds()).count("decision.recorded") == 1


async def test_a_click_and_the_clock_at_once_end_in_one_state(on_postgres: Company) -> None:
    proposal = await on_postgres.only()

    def click(tx: Transaction) -> object:
        made = click_on(proposal, on_postgres.person("dana"), APPROVE)
        return decide(tx, on_postgres.dispatch, on_postgres.policies, made)

    def run_out(tx: Transaction) -> object:
        tx.now = proposal.expires_at
        return expire(tx, on_postgres.dispatch, proposal)

    await at_once(lambda: on_postgres.store.write_now(click), lambda: on_postgres.store.write_now(run_out))
    kinds = await on_postgres.kinds(proposal=proposal.id)
    assert [("proposal.approved" in kinds), ("proposal.expired" in kinds)].count(True) == 1


async def test_two_people_at_once_make_a_quorum_of_two(tmp_path: Path, new_postgres: Callable[[], str]) -> None:
    async with company(tmp_path, database=new_postgres(), project=two_directors(quorum=2)) as co:
        await co.ask("riley", "set hooli to 120000")
        told = await race(co, ("dana", APPROVE), ("omar", APPROVE))
        assert sorted(one.waiting_for for one in told) == [0, 1]
        assert (await co.only()).state is ProposalState.APPROVED


async def test_two_proposals_settled_at_once_wake_their_run(tmp_path: Path, new_postgres: Callable[[], str]) -> None:
    async with company(tmp_path, TWO, database=new_postgres()) as co:
        await co.ask("riley", "two changes")
        proposals = await co.proposals()

        def reject(number: int) -> object:
            made = click_on(proposals[number], co.person("dana"), REJECT, reason="not now")
            return co.store.write_now(lambda tx: decide(tx, co.dispatch, co.policies, made))

        await at_once(lambda: reject(0), lambda: reject(1))
        await co.dispatch.run_until_idle()
        assert (await co.run())["state"] == "done"
        assert (await co.store.read(verify)).entries == len(await co.ledger())
