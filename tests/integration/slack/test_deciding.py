"""Clicks: who may, which count, and what the card shows afterwards."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from tests.integration.slack.office import Office, office_in
from tests.support.company import call, execute_sql, says

from placet.localslack import LocalSlack, Message, Player
from placet.slack.cards import APPROVE, REJECT
from placet.slack.tokens import pointer_to
from placet.storage.rows import decisions_on
from placet.vocabulary import Decision, ProposalState

WHY = "three zeros are missing"


async def decisions(office: Office) -> list[Decision]:
    proposal = await office.proposal()
    return await office.co.store.read(lambda tx: decisions_on(tx, proposal.id, proposal.revision))


def actions(message: Message) -> list[Any]:
    return [block for block in message.blocks if block["type"] == "actions"]


async def forged(office: Office, value: str, action: str = APPROVE, *, person: str = "dana") -> Message:
    """A button with a value of somebody's own making, in a person's direct message."""
    client = AsyncWebClient(office.slack.bot_token, base_url=office.slack.api_url)
    button = {"type": "button", "action_id": action, "value": value, "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "elements": [button]}]
    posted = await client.chat_postMessage(channel=f"U0{person.upper()}", text="forged", blocks=blocks)
    return await office.who(person).wait_message(lambda one: one.ts == posted["ts"])


async def test_an_approval_is_committed_when_the_click_is_acknowledged(office: Office) -> None:
    card = await office.asked()
    assert (await office.who("dana").clicks(card, APPROVE)).acked
    (decision,) = await decisions(office)
    assert (decision.by, decision.via) == ("dana", "slack")


async def test_after_an_approval_the_same_card_says_what_was_written(office: Office) -> None:
    card = await office.asked()
    await office.who("dana").clicks(card, APPROVE)
    done = await office.card(starts="Done")
    assert (done.ts, actions(done)) == (card.ts, [])
    assert "written to crm" in str(done.blocks)
    assert (await office.co.crm("OPP-1001")).values["amount"] == {"minor": 12_000_000, "currency": "EUR"}


async def test_a_second_click_is_told_that_it_was_decided(office: Office) -> None:
    card = await office.asked()
    first, second = await asyncio.gather(*(office.who("dana").clicks(card, APPROVE) for _ in range(2)))
    assert first.acked
    assert second.acked
    assert "decided this already" in await office.told("dana")
    assert len(await decisions(office)) == 1


async def test_the_requester_cannot_approve_with_a_button_that_reached_them(office: Office) -> None:
    await office.asked()
    copy = await forged(office, pointer_to(await office.proposal()), person="riley")
    assert (await office.who("riley").clicks(copy, APPROVE)).acked
    assert "someone else must decide" in await office.told("riley")
    assert await decisions(office) == []


async def test_somebody_who_may_not_decide_is_told_who_may(office: Office) -> None:
    await office.asked()
    copy = await forged(office, pointer_to(await office.proposal()), person="omar")
    await office.who("omar").clicks(copy, APPROVE)
    assert "Only sales-director may decide this" in await office.told("omar")
    assert await decisions(office) == []


async def test_a_click_from_another_workspace_does_nothing(office: Office) -> None:
    card = await office.asked()
    await office.player.change_person("dana", team_id="T0ACME", is_stranger=True)
    await office.who("dana").clicks(card, APPROVE)
    assert "people of this workspace" in await office.told("dana")
    assert (await office.facts("slack.refused"))[0]["reason"] == "foreign_team"
    assert await decisions(office) == []


@pytest.mark.parametrize("value", ["approve", "v1.P-NOPE.1.zzzz", "v1.P-NOPE.1.0123456789abcdef.x", "x" * 2_000])
async def test_a_value_that_was_never_ours_is_no_longer_valid(office: Office, value: str) -> None:
    for action in (APPROVE, REJECT):
        await office.who("dana").clicks(await forged(office, value, action), action)
        assert "no longer valid" in await office.told("dana")
    assert [one["reason"] for one in await office.facts("slack.refused")] == ["malformed", "malformed"]
    assert await office.who("dana").view() is None


async def test_a_proposal_that_does_not_exist_cannot_be_decided(office: Office) -> None:
    await office.who("dana").clicks(await forged(office, "v1.P-NOPE.1.0123456789abcdef"), APPROVE)
    assert "does not exist any more" in await office.told("dana")
    assert (await office.facts("decision.refused"))[0]["reason"] == "unknown_proposal"


async def test_an_unknown_button_is_acknowledged_and_says_so(office: Office) -> None:
    assert (await office.who("dana").clicks(await forged(office, "x", "decide:everything"), "decide:everything")).acked
    assert "no longer valid" in await office.told("dana")


async def test_a_digest_that_does_not_fit_decides_nothing(office: Office) -> None:
    await office.asked()
    other = replace(await office.proposal(), digest="0" * 64)
    await office.who("dana").clicks(await forged(office, pointer_to(other)), APPROVE)
    assert "tell an owner" in await office.told("dana")
    assert await decisions(office) == []


async def test_a_card_of_an_older_revision_decides_nothing(office: Office) -> None:
    await office.asked()
    proposal = await office.proposal()
    older = replace(proposal, revision=proposal.revision + 1)
    await office.who("dana").clicks(await forged(office, pointer_to(older)), APPROVE)
    assert "look at the new card" in await office.told("dana")
    assert await decisions(office) == []


async def test_a_click_after_the_deadline_decides_nothing_and_the_card_says_expired(office: Office) -> None:
    card = await office.asked()
    office.co.clock.advance(timedelta(hours=5))
    await office.who("dana").clicks(card, APPROVE)
    assert "I have refreshed the card" in await office.told("dana")
    expired = await office.card(starts="Expired")
    assert (expired.ts, actions(expired), await decisions(office)) == (card.ts, [], [])


async def test_a_click_while_writes_are_stopped_says_why(office: Office) -> None:
    card = await office.asked()
    statement = "INSERT INTO switches (name, stopped, by, reason, at) VALUES ('all', 1, 'priya', 'audit day', '')"
    await office.co.store.write(lambda tx: execute_sql(tx, statement.replace(" by,", ' "by",')))
    await office.who("dana").clicks(card, APPROVE)
    assert "audit day" in await office.told("dana")
    assert await decisions(office) == []


# --- rejecting ---------------------------------------------------------------------------------------------


async def open_form(office: Office, card: Message) -> Mapping[str, Any]:
    assert (await office.who("dana").clicks(card, REJECT)).acked
    return await office.who("dana").wait_view()


async def test_a_rejection_with_its_reason_reaches_the_card_and_the_plan(office: Office) -> None:
    card = await office.asked()
    await open_form(office, card)
    assert (await office.who("dana").submits({"reason": WHY, "kind": "wrong_value"})).ok
    rejected = await office.card(starts="Rejected")
    assert (rejected.ts, actions(rejected), WHY in str(rejected.blocks)) == (card.ts, [], True)
    await office.who("riley").wait_message(lambda one: f"✗ Rejected by Dana Okafor: {WHY}" in str(one.blocks))
    assert (await office.proposal()).state is ProposalState.REJECTED
    assert await office.facts("decision.classified") == [{"by": "dana", "reason_kind": "wrong_value"}]


async def test_a_reason_of_blanks_is_asked_for_again_in_the_form(office: Office) -> None:
    await open_form(office, await office.asked())
    told = await office.who("dana").submits({"reason": "  x  "})
    assert told.errors == {"reason": "Say why in at least 3 characters; the agent reads it."}
    assert (await office.proposal()).state is ProposalState.PROPOSED


async def test_opening_the_form_decides_nothing(office: Office) -> None:
    await open_form(office, await office.asked())
    await office.who("dana").closes_view()
    assert (await decisions(office), (await office.proposal()).state) == ([], ProposalState.PROPOSED)


async def test_a_form_that_comes_after_the_approval_says_so_in_its_field(office: Office) -> None:
    card = await office.asked()
    await open_form(office, card)
    await office.who("dana").clicks(card, APPROVE)
    told = await office.who("dana").submits({"reason": WHY})
    assert "decided this already" in told.errors["reason"]


async def test_a_form_of_somebody_moved_to_another_workspace_is_refused(office: Office) -> None:
    await open_form(office, await office.asked())
    await office.player.change_person("dana", team_id="T0ACME")
    told = await office.who("dana").submits({"reason": WHY})
    assert "people of this workspace" in told.errors["reason"]
    assert await decisions(office) == []


async def test_a_form_slack_will_not_open_is_explained(office: Office) -> None:
    card = await office.asked()
    await office.player.fail_next("views.open", "expired_trigger_id")
    assert (await office.who("dana").clicks(card, REJECT)).acked
    assert "click Reject… once more" in await office.told("dana")


# --- choices -----------------------------------------------------------------------------------------------


ROLLOUTS = says("rollout", call("deal_details", deal="Acme rollout"))


@pytest.fixture
async def asking(tmp_path: Path, slack: LocalSlack, player: Player) -> AsyncIterator[Office]:
    async with office_in(tmp_path, slack, player, ROLLOUTS) as office:
        yield office


async def question(office: Office) -> Message:
    """Riley's request that may mean several deals, and the buttons to choose with."""
    await office.who("riley").says("look at the rollout")
    return await office.who("riley").wait_message(lambda one: bool(actions(one)))


async def test_a_choice_asks_again_with_the_chosen_record_and_takes_the_buttons_away(asking: Office) -> None:
    asked = await question(asking)
    await asking.who("riley").clicks(asked, "choose:0")
    await asking.who("riley").wait_message(lambda one: one.ts == asked.ts and not actions(one))
    runs = await asking.facts("run.received")
    assert [one["request"] for one in runs] == ["look at the rollout"] * 2


async def test_a_choice_counts_once(asking: Office) -> None:
    asked = await question(asking)
    await asyncio.gather(*(asking.who("riley").clicks(asked, "choose:0") for _ in range(2)))
    assert "chosen already" in await asking.told("riley")
    assert len(await asking.facts("run.received")) == 2


async def test_only_the_requester_chooses(asking: Office) -> None:
    (block,) = actions(await question(asking))
    copy = await forged(asking, block["elements"][0]["value"], "choose:0")
    await asking.who("dana").clicks(copy, "choose:0")
    assert "Only the person who asked" in await asking.told("dana")
    assert len(await asking.facts("run.received")) == 1


@pytest.mark.parametrize("value", ["v1.R-NOPE.0", "v1.R-NOPE.99", "nonsense"])
async def test_a_choice_nobody_offered_is_no_longer_valid(office: Office, value: str) -> None:
    await office.who("dana").clicks(await forged(office, value, "choose:0"), "choose:0")
    assert "no longer valid" in await office.told("dana")
    assert await office.facts("run.received") == []
