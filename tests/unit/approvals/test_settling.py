"""The way out of `unknown`: a person who looked says what became of the change, once, and nothing is sent."""

from dataclasses import replace

import pytest
from tests.support.company import Company

from placet.approvals import Verdicted, settle_unknown
from placet.vocabulary import Person, ProposalState


@pytest.fixture
async def lost(asked: Company) -> Company:
    """A change that reached the CRM, whose answer was lost."""
    asked.faults["crm"].timeout_after_commit = True
    await asked.approve("dana")
    assert (await asked.only()).state is ProposalState.UNKNOWN
    return asked


async def settle(
    co: Company, by: str | Person, *, done: bool = True, reason: str = "saw it in the CRM", proposal: str = ""
) -> Verdicted:
    person = by if isinstance(by, Person) else co.person(by)
    wanted = proposal or (await co.only()).id
    told = await co.store.write(
        lambda tx: settle_unknown(
            tx, co.dispatch, co.policies, proposal=wanted, person=person, done=done, reason=reason
        )
    )
    await co.dispatch.run_until_idle()
    return told


@pytest.mark.parametrize("person", ["dana", "priya"])
async def test_an_approver_or_an_owner_says_it_is_done_and_nothing_is_sent_again(lost: Company, person: str) -> None:
    assert (await settle(lost, person)).state is ProposalState.DONE
    told = await lost.only()
    assert (told.state, told.reason) == (ProposalState.DONE, "saw it in the CRM")
    assert len(lost.egress()) == 1


async def test_a_change_that_is_not_there_is_settled_as_failed(asked: Company) -> None:
    asked.faults["crm"].timeout_before_commit = True
    await asked.approve("dana")
    assert (await settle(asked, "dana", done=False, reason="nothing there")).state is ProposalState.FAILED
    assert ((await asked.only()).state, asked.egress()) == (ProposalState.FAILED, [])


async def test_the_word_and_the_move_are_on_the_ledger_with_the_person(lost: Company) -> None:
    await settle(lost, "priya")
    word, moved = (await lost.ledger())[-2:]
    assert (word.kind, word.facts["by"], word.facts["done"]) == ("settlement.recorded", "priya", True)
    assert (moved.kind, moved.facts["by"], moved.facts["reason"]) == ("proposal.done", "priya", "saw it in the CRM")


async def test_a_second_word_is_refused_and_changes_nothing(lost: Company) -> None:
    await settle(lost, "dana")
    told = await settle(lost, "priya", done=False)
    assert (told.refused and told.refused.reason, told.state) == ("not_unknown", ProposalState.DONE)
    assert (await lost.only()).state is ProposalState.DONE


@pytest.mark.parametrize(
    ("person", "reason", "word"),
    [
        ("riley", "saw it", "self_approval"),
        ("omar", "saw it", "not_eligible"),
        ("dana", " no ", "reason_needed"),
        ("dana", "x" * 501, "reason_needed"),
    ],
)
async def test_a_refused_word_changes_nothing_and_is_on_the_ledger(
    lost: Company, person: str, reason: str, word: str
) -> None:
    told = await settle(lost, person, reason=reason)
    assert told.refused is not None
    assert (told.refused.reason, (await lost.only()).state) == (word, ProposalState.UNKNOWN)
    last = (await lost.ledger())[-1]
    assert (last.kind, last.facts["by"], last.facts["reason"]) == ("settlement.refused", person, word)


async def test_a_requester_may_not_even_as_an_owner(lost: Company) -> None:
    told = await settle(lost, replace(lost.person("riley"), roles=("owner", "sales-director")))
    assert told.refused is not None
    assert told.refused.reason == "self_approval"


async def test_who_left_may_not(lost: Company) -> None:
    told = await settle(lost, replace(lost.person("priya"), active=False))
    assert told.refused is not None
    assert told.refused.reason == "unknown_person"


async def test_what_still_waits_cannot_be_settled(asked: Company) -> None:
    told = await settle(asked, "priya")
    assert told.refused is not None
    assert told.refused.detail == "this is proposed; only an unknown outcome can be settled"
    assert asked.egress() == []


async def test_a_proposal_that_is_not_there_is_refused(lost: Company) -> None:
    told = await settle(lost, "priya", proposal="P-NOWHERE")
    assert (told.refused and told.refused.reason, told.state) == ("unknown_proposal", None)
