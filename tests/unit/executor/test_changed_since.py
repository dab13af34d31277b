"""The claim against a world that changed after the approval: agent, requester, tool, connector."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.company import (
    AGENT,
    LOG_NOTE,
    Company,
    call,
    click_on,
    company,
    execute_sql,
    people_changed,
    says,
    two_directors,
)

from placet.approvals import decide
from placet.engine.intake import choose
from placet.executor.claiming import Known
from placet.operations import stop
from placet.storage.rows import list_proposals
from placet.vocabulary import DecisionKind, Mode, ProposalState


@pytest.fixture
async def approved(asked: Company) -> Company:
    """A proposal that was approved and not claimed yet."""
    await asked.decide("dana", await asked.only(), DecisionKind.APPROVE)
    return asked


async def refused(co: Company, **different: Any) -> str:
    """Execute where something is different, see that nothing left, and tell why."""
    proposal, executor = await co.only(), co.executor("worker")
    executor._known = replace(executor._known, **different)
    await executor.execute(proposal.id)
    assert co.egress() == []
    now = await co.again(proposal)
    assert now.state is ProposalState.CANCELLED
    return now.reason


def known(co: Company) -> Known:
    return co.app.executor._known


@pytest.mark.parametrize("change", [{"mode": Mode.OFF}, {"mode": Mode.SHADOW}, {"scopes": ()}])
async def test_an_agent_that_may_no_longer_act_sends_nothing(approved: Company, change: dict[str, Any]) -> None:
    agents = {AGENT: replace(known(approved).agents[AGENT], **change)}
    assert await refused(approved, agents=agents) == "its agent may not do this any more"


@pytest.mark.parametrize("change", [{"roles": ()}, {"active": False}])
async def test_a_requester_who_may_no_longer_ask_sends_nothing(approved: Company, change: dict[str, Any]) -> None:
    policies = people_changed(approved.policies, "riley", **change)
    assert await refused(approved, policies=policies) == "its requester may not ask for this any more"


async def test_a_changed_tool_sends_nothing(approved: Company) -> None:
    reason = await refused(approved, tool_hashes={"crm.set_deal_amount": "0" * 64})
    assert reason == "the tool `crm.set_deal_amount` changed after this was proposed"


async def test_another_version_of_the_connector_sends_nothing(approved: Company) -> None:
    reason = await refused(approved, versions={"crm": "embedded-2"})
    assert reason == "the connector of `crm` changed after this was proposed"


async def test_a_ruling_that_was_edited_in_the_database_cannot_be_approved(asked: Company) -> None:
    forgery = "UPDATE proposals SET body = replace(body, :was, :now)"
    was = {"was": '"not_requester":true', "now": '"not_requester":false'}
    await asked.store.write(lambda tx: execute_sql(tx, forgery, **was))
    told = await asked.decide("dana", await asked.only(), DecisionKind.APPROVE)
    assert told.refused is not None
    assert told.refused.reason == "digest_mismatch"


async def test_a_policy_that_changed_before_the_click_is_said_at_the_click(asked: Company) -> None:
    proposal = await asked.only()
    other = replace(asked.policies, hash="another")
    click = click_on(proposal, asked.person("dana"), DecisionKind.APPROVE)
    told = await asked.store.write(lambda tx: decide(tx, asked.dispatch, other, click))
    assert told.refused is not None
    assert told.refused.reason == "policy_changed"


async def test_an_allowed_write_that_is_held_too_long_expires(tmp_path: Path) -> None:
    async with company(tmp_path, LOG_NOTE) as co:
        await co.store.write(lambda tx: stop(tx, "all", by="priya", reason="incident"))
        await co.ask("riley", "note")
        proposal = await co.only()
        await co.advance(proposal.expires_at - co.clock())
        assert (await co.again(proposal)).state is ProposalState.EXPIRED


async def test_asking_again_with_a_choice_does_not_repeat_what_was_done(tmp_path: Path) -> None:
    both = says(
        "acme",
        call("log_note", account="Hooli", text="called them"),
        call("set_deal_amount", deal="Acme rollout", amount=1_000),
    )
    async with company(tmp_path, both) as co:
        run = await co.ask("riley", "acme")
        choice = {"object": "crm.opportunity", "said": "Acme rollout", "record": "OPP-1004"}
        person = co.person("riley")
        await co.store.write(lambda tx: choose(tx, co.dispatch, event="again", run=run, person=person, **choice))
        await co.dispatch.run_until_idle()
        tools = [one.tool for one in await co.store.read(list_proposals)]
        assert sorted(tools) == ["crm.log_note", "crm.set_deal_amount"]


async def test_fewer_people_than_the_quorum_approve_nothing_even_in_an_approved_row(tmp_path: Path) -> None:
    async with company(tmp_path, project=two_directors(quorum=2)) as co:
        await co.ask("riley", "set hooli to 120000")
        await co.decide("dana", await co.only(), DecisionKind.APPROVE)
        await co.store.write(lambda tx: execute_sql(tx, "UPDATE proposals SET state = 'approved'"))
        assert await refused(co) == "the people who approved it may not do so any more"


async def test_what_a_rule_allows_is_sent_on_the_policys_own_word_alone(tmp_path: Path) -> None:
    async with company(tmp_path, LOG_NOTE) as co:
        await co.store.write(lambda tx: stop(tx, "all", by="priya", reason="incident"))
        await co.ask("riley", "note")
        await co.store.write(lambda tx: execute_sql(tx, "UPDATE decisions SET by = 'riley'"))
        await co.store.write(lambda tx: execute_sql(tx, "UPDATE switches SET stopped = 0"))
        assert await refused(co) == "the people who approved it may not do so any more"
