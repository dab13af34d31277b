"""A click that does not count: each reason, on the ledger, and nothing else happened."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.company import Company, company, execute_sql, reference, with_person

from placet.vocabulary import DecisionKind, ProposalState

Refused = Callable[..., Awaitable[str]]


@pytest.fixture
def refused(asked: Company) -> Refused:
    """Click, and give the reason of the refusal, which the ledger must hold too."""

    async def click(by: str = "dana", kind: DecisionKind = DecisionKind.APPROVE, **differing: Any) -> str:
        return await refusal_of(asked, by, kind, **differing)

    return click


async def refusal_of(co: Company, by: str, kind: DecisionKind, **differing: Any) -> str:
    told = await co.decide(by, await co.only(), kind, **differing)
    assert told.refused is not None
    last = (await co.ledger())[-1]
    assert (last.kind, last.facts["reason"]) == ("decision.refused", told.refused.reason)
    assert (await co.only()).state is told.state or told.state is None
    return told.refused.reason


async def test_nobody_known_decides_nothing(refused: Refused) -> None:
    assert await refused(person=None) == "unknown_person"


async def test_a_person_who_left_decides_nothing(tmp_path: Path) -> None:
    async with company(tmp_path) as co:
        await co.ask("riley", "set hooli to 120000")
    async with company(tmp_path, project=with_person(reference(), "dana", active=False)) as co:
        assert await refusal_of(co, "dana", DecisionKind.APPROVE) == "unknown_person"


async def test_a_proposal_that_is_not_there_is_not_decided(refused: Refused) -> None:
    assert await refused(proposal="P-NOTHING") == "unknown_proposal"


async def test_the_requester_does_not_approve_what_she_asked_for(tmp_path: Path) -> None:
    second = with_person(reference(), "omar", roles=("sales-director",))
    async with company(tmp_path, project=second) as co:
        await co.ask("dana", "set hooli to 120000")
        assert await refusal_of(co, "dana", DecisionKind.APPROVE) == "self_approval"
        assert (await co.approve("omar")).state is ProposalState.APPROVED


@pytest.mark.parametrize("person", ["omar", "priya"])
async def test_someone_without_the_role_decides_nothing(refused: Refused, person: str) -> None:
    assert await refused(person) == "not_eligible"


async def test_a_role_that_was_taken_away_no_longer_decides(tmp_path: Path) -> None:
    async with company(tmp_path) as co:
        await co.ask("riley", "set hooli to 120000")
    async with company(tmp_path, project=with_person(reference(), "dana", roles=("sales-rep",))) as co:
        assert await refusal_of(co, "dana", DecisionKind.APPROVE) == "not_eligible"


@pytest.mark.parametrize("revision", [0, 2])
async def test_a_card_of_another_revision_decides_nothing(refused: Refused, revision: int) -> None:
    assert await refused(revision=revision) == "old_revision"


@pytest.mark.parametrize("digest", ["", "0" * 16, "0" * 64])
async def test_a_card_that_showed_something_else_decides_nothing(refused: Refused, digest: str) -> None:
    assert await refused(digest=digest) == "digest_mismatch"


async def test_a_stored_change_that_was_tampered_with_cannot_be_decided(asked: Company, refused: Refused) -> None:
    forge = "UPDATE proposals SET body = replace(body, '12000000', '99000000')"
    await asked.store.write(lambda tx: execute_sql(tx, forge))
    assert await refused() == "digest_mismatch"


async def test_a_settled_proposal_is_not_decided_again(asked: Company, refused: Refused) -> None:
    await asked.reject("dana")
    assert await refused() == "already_decided"


@pytest.mark.parametrize("kind", list(DecisionKind))
async def test_when_the_time_is_over_nothing_is_decided(asked: Company, kind: DecisionKind) -> None:
    proposal = await asked.only()
    asked.clock.advance(proposal.expires_at - asked.clock())
    assert await refusal_of(asked, "dana", kind, reason="too late") == "expired"


async def test_a_moment_before_the_time_is_over_it_still_counts(asked: Company) -> None:
    proposal = await asked.only()
    asked.clock.advance(proposal.expires_at - asked.clock() - timedelta(microseconds=1))
    assert (await asked.decide("dana", proposal, DecisionKind.APPROVE)).state is ProposalState.APPROVED


@pytest.mark.parametrize("switch", ["all", "agent:sales-assistant", "connector:crm", "tool:crm.set_deal_amount"])
async def test_while_writes_are_stopped_nothing_is_approved(asked: Company, refused: Refused, switch: str) -> None:
    await asked.stop(switch)
    assert await refused() == "stopped"


async def test_while_writes_are_stopped_a_proposal_can_still_be_rejected(asked: Company) -> None:
    await asked.stop("all")
    assert (await asked.reject("dana")).state is ProposalState.REJECTED


async def test_a_switch_for_something_else_stops_nothing_here(asked: Company) -> None:
    await asked.stop("connector:erp")
    assert (await asked.approve("dana")).state is ProposalState.APPROVED


@pytest.mark.parametrize("reason", ["", "  a ", "no", "x" * 501])
async def test_a_rejection_needs_a_reason_of_sensible_length(refused: Refused, reason: str) -> None:
    assert await refused(kind=DecisionKind.REJECT, reason=reason) == "reason_needed"


@pytest.mark.parametrize("reason", ["bad", "x" * 500])
async def test_the_shortest_and_the_longest_reason_are_taken(asked: Company, reason: str) -> None:
    await asked.reject("dana", reason=reason)
    assert (await asked.only()).reason == reason


async def test_under_another_policy_than_the_card_was_drawn_under_nothing_is_approved(tmp_path: Path) -> None:
    async with company(tmp_path) as co:
        await co.ask("riley", "set hooli to 120000")
    other = replace(reference(), policies=replace(reference().policies, hash="another"))
    async with company(tmp_path, project=other) as co:
        assert await refusal_of(co, "dana", DecisionKind.APPROVE) == "policy_changed"
        assert (await co.reject("dana")).state is ProposalState.REJECTED
