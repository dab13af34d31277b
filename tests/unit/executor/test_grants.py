"""Grants: without one that fits, is fresh and is unused, a writer sends nothing."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.company import Company

from placet.dispatch.virtual_clock import VirtualClock
from placet.errors import ExecutionRefused
from placet.executor import GrantSeal
from placet.executor.grants import MAX_SECONDS
from placet.vocabulary import Grant, Json, Operation, Outcome, OutcomeKind, Proposal, Secret

KEY = Secret("11" * 32)
Change = Callable[[Grant], Grant]


@pytest.fixture
async def proposal(asked: Company) -> Proposal:
    return await asked.only()


async def apply(
    co: Company, proposal: Proposal, grant: Grant, *, operation: Operation | None = None, base: str = ""
) -> Outcome:
    """Hand a grant to the real writer of the CRM."""
    writer = co.app.executor._systems["crm"].writer
    base = base or proposal.base_version
    return await writer.apply(grant, operation or proposal.operation, key=grant.proposal, base_version=base)


def mint(co: Company, proposal: Proposal) -> Grant:
    return co.app.executor._seal.mint(proposal, fence=1)


FORGERIES: dict[str, Change] = {
    "its mac was made up": lambda grant: replace(grant, mac="00" * 32),
    "it has no mac": lambda grant: replace(grant, mac=""),
    "it is for another digest": lambda grant: replace(grant, digest="00" * 32),
    "it has another nonce": lambda grant: replace(grant, nonce="00" * 16),
    "it has another fence": lambda grant: replace(grant, fence=2),
    "it lives longer": lambda grant: replace(grant, expires_at=grant.expires_at + timedelta(hours=1)),
    "it is for another proposal": lambda grant: replace(grant, proposal="P-OTHER"),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_grant_sends_nothing(asked: Company, proposal: Proposal, forgery: Change) -> None:
    outcome = await apply(asked, proposal, forgery(mint(asked, proposal)))
    assert (outcome.kind, asked.egress()) == (OutcomeKind.DENIED, [])


async def test_a_grant_of_another_process_sends_nothing(asked: Company, proposal: Proposal) -> None:
    foreign = GrantSeal(KEY, asked.clock).mint(proposal, fence=1)
    assert (await apply(asked, proposal, foreign)).kind is OutcomeKind.DENIED
    assert asked.egress() == []


async def test_a_grant_for_other_bytes_sends_nothing(asked: Company, proposal: Proposal) -> None:
    fields: dict[str, Json] = {"amount": {"minor": 12_000_001, "currency": "EUR"}}
    other = replace(proposal.operation, fields=fields)
    outcome = await apply(asked, proposal, mint(asked, proposal), operation=other)
    assert (outcome.kind, asked.egress()) == (OutcomeKind.DENIED, [])


async def test_a_grant_for_another_version_of_the_record_sends_nothing(asked: Company, proposal: Proposal) -> None:
    outcome = await apply(asked, proposal, mint(asked, proposal), base="2")
    assert (outcome.kind, asked.egress()) == (OutcomeKind.DENIED, [])


async def test_a_grant_is_not_taken_under_another_key(asked: Company, proposal: Proposal) -> None:
    writer = asked.app.executor._systems["crm"].writer
    outcome = await writer.apply(
        mint(asked, proposal), proposal.operation, key="P-OTHER", base_version=proposal.base_version
    )
    assert (outcome.kind, asked.egress()) == (OutcomeKind.DENIED, [])


async def test_a_grant_that_ran_out_sends_nothing(asked: Company, proposal: Proposal) -> None:
    grant = mint(asked, proposal)
    asked.clock.advance(timedelta(seconds=MAX_SECONDS))
    assert (await apply(asked, proposal, grant)).kind is OutcomeKind.DENIED
    assert asked.egress() == []


def test_no_grant_outlives_what_was_approved(proposal_at_its_end: tuple[Proposal, VirtualClock]) -> None:
    proposal, clock = proposal_at_its_end
    assert GrantSeal(KEY, clock).mint(proposal, fence=1).expires_at == proposal.expires_at


@pytest.fixture
async def proposal_at_its_end(asked: Company, proposal: Proposal) -> tuple[Proposal, VirtualClock]:
    asked.clock.advance(proposal.expires_at - asked.clock() - timedelta(seconds=1))
    return proposal, asked.clock


def test_no_setting_makes_a_grant_live_longer_than_the_limit(
    proposal_at_its_end: tuple[Proposal, VirtualClock],
) -> None:
    proposal, clock = proposal_at_its_end
    later = replace(proposal, expires_at=proposal.expires_at + timedelta(days=1))
    grant = GrantSeal(KEY, clock, seconds=3_600).mint(later, fence=1)
    assert grant.expires_at - clock() == timedelta(seconds=MAX_SECONDS)


@pytest.mark.parametrize(
    ("first", "then", "reason"),
    [(0, 0, "grant_used"), (MAX_SECONDS, 0, "grant_expired"), (0, MAX_SECONDS, "grant_expired")],
)
async def test_a_grant_that_was_burnt_or_ran_out_is_refused_by_name(
    asked: Company, proposal: Proposal, first: int, then: int, reason: str
) -> None:
    seal, grant = asked.app.executor._seal, mint(asked, proposal)
    asked.clock.advance(timedelta(seconds=first))
    if not first:
        seal.verify(grant, proposal.operation, proposal.base_version)
    asked.clock.advance(timedelta(seconds=then))
    with pytest.raises(ExecutionRefused) as caught:
        seal.verify(grant, proposal.operation, proposal.base_version)
    assert caught.value.reason == reason


async def test_of_many_threads_with_one_grant_exactly_one_gets_through(asked: Company, proposal: Proposal) -> None:
    seal, grant, start = asked.app.executor._seal, mint(asked, proposal), threading.Barrier(16)

    def use() -> bool:
        start.wait()
        try:
            seal.verify(grant, proposal.operation, proposal.base_version)
        except ExecutionRefused:
            return False
        return True

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(16) as pool:
        passed = await asyncio.gather(*(loop.run_in_executor(pool, use) for _ in range(16)))
    assert sum(passed) == 1
