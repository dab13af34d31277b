"""The claim: everything is checked again, from the database, at the last moment."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.company import Company, execute_sql, people_changed, with_agent

from placet.operations import release
from placet.vocabulary import DecisionKind, Mode, ProposalState, Scope


@pytest.fixture
async def approved(asked: Company) -> Company:
    """A proposal that was approved and not claimed yet."""
    await asked.decide("dana", await asked.only(), DecisionKind.APPROVE)
    return asked


async def refused(co: Company, **known: Any) -> tuple[ProposalState, str]:
    """Try to execute, see that nothing left, and tell where the proposal ended and why."""
    proposal = await co.only()
    await co.executor("worker", **known).execute(proposal.id)
    assert co.egress() == []
    now = await co.again(proposal)
    return now.state, now.reason


@pytest.mark.parametrize("change", [{"roles": ("sales-rep",)}, {"active": False}])
async def test_an_approver_who_lost_the_role_since_approved_nothing(approved: Company, change: dict[str, Any]) -> None:
    state, reason = await refused(approved, policies=people_changed(approved.policies, "dana", **change))
    assert (state, reason) == (
        ProposalState.CANCELLED, "the people who approved it may not do so any more",
    )  # fmt: skip


async def test_another_policy_than_the_one_approved_under_sends_nothing(approved: Company) -> None:
    state, reason = await refused(approved, policies=replace(approved.policies, hash="another"))
    assert (state, reason) == (
        ProposalState.CANCELLED, "the policy changed after this was approved; propose it again",
    )  # fmt: skip


async def test_at_its_expiry_an_approved_proposal_is_not_sent(approved: Company) -> None:
    proposal = await approved.only()
    approved.clock.advance(proposal.expires_at - approved.clock())
    assert await refused(approved) == (ProposalState.EXPIRED, "it was not sent in time")


async def test_a_moment_before_its_expiry_it_is_sent(approved: Company) -> None:
    proposal = await approved.only()
    approved.clock.advance(proposal.expires_at - approved.clock() - timedelta(microseconds=1))
    await approved.executor("worker").execute(proposal.id)
    assert (await approved.only()).state is ProposalState.DONE


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE proposals SET body = replace(body, '12000000', '99000000')",
        "UPDATE proposals SET body = replace(body, 'OPP-1001', 'OPP-1002')",
        'UPDATE proposals SET body = replace(body, \'"requester":"riley"\', \'"requester":"omar"\')',
    ],
)
async def test_a_change_that_differs_from_its_digest_is_not_sent(approved: Company, forgery: str) -> None:
    await approved.store.write(lambda tx: execute_sql(tx, forgery))
    assert await refused(approved) == (ProposalState.CANCELLED, "the stored change differs from its digest")


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE decisions SET digest = 'another'",
        "UPDATE decisions SET revision = 2",
        "UPDATE decisions SET kind = 'reject'",
        "UPDATE decisions SET \"by\" = 'riley'",
        "UPDATE decisions SET \"by\" = 'policy'",
        "DELETE FROM decisions",
    ],
)
async def test_without_the_decision_on_exactly_this_nothing_is_sent(approved: Company, forgery: str) -> None:
    await approved.store.write(lambda tx: execute_sql(tx, forgery))
    assert (await refused(approved))[0] is ProposalState.CANCELLED


async def test_a_row_that_was_only_marked_approved_is_not_sent(asked: Company) -> None:
    await asked.store.write(lambda tx: execute_sql(tx, "UPDATE proposals SET state = 'approved'"))
    assert (await refused(asked))[0] is ProposalState.CANCELLED


@pytest.mark.parametrize("state", ["proposed", "rejected", "expired", "cancelled", "failed", "stale", "superseded"])
async def test_what_is_not_approved_is_not_sent(approved: Company, state: str) -> None:
    await approved.store.write(lambda tx: execute_sql(tx, "UPDATE proposals SET state = :state", state=state))
    assert await refused(approved) == (ProposalState(state), "")


@pytest.mark.parametrize("state", ["done", "unknown"])
async def test_what_was_sent_is_not_sent_again(approved: Company, state: str) -> None:
    await approved.dispatch.run_until_idle()
    proposal = await approved.only()
    await approved.store.write(lambda tx: execute_sql(tx, "UPDATE proposals SET state = :state", state=state))
    await approved.executor("worker").execute(proposal.id)
    assert len(approved.egress()) == 1


AGENT_MAY_NOT = "its agent may not do this any more"
CHANGES: dict[str, dict[str, Any]] = {
    "off": {"mode": Mode.OFF}, "shadow": {"mode": Mode.SHADOW}, "scope": {"scopes": (Scope("crm", "*", "read"),)},
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
async def test_an_agent_that_was_switched_off_or_narrowed_since_sends_nothing(approved: Company, change: str) -> None:
    agents = with_agent(approved.app.project, **CHANGES[change]).agents
    assert await refused(approved, agents=agents) == (ProposalState.CANCELLED, AGENT_MAY_NOT)


async def test_an_agent_that_is_gone_sends_nothing(approved: Company) -> None:
    assert await refused(approved, agents={}) == (ProposalState.CANCELLED, AGENT_MAY_NOT)


async def test_a_requester_who_lost_the_scope_since_has_nothing_sent(approved: Company) -> None:
    left = people_changed(approved.policies, "riley", active=False)
    assert await refused(approved, policies=left) == (
        ProposalState.CANCELLED, "its requester may not ask for this any more",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"tool_hashes": {"crm.set_deal_amount": "another"}}, "the tool `crm.set_deal_amount` changed"),
        ({"tool_hashes": {}}, "the tool `crm.set_deal_amount` changed"),
        ({"versions": {"crm": "embedded-0"}}, "the connector of `crm` changed"),
        ({"versions": {}}, "the connector of `crm` changed"),
    ],
)
async def test_another_tool_or_connector_than_was_approved_sends_nothing(
    approved: Company, known: dict[str, Any], why: str
) -> None:
    state, reason = await refused(approved, **known)
    assert (state, reason.startswith(why)) == (ProposalState.CANCELLED, True)


async def test_what_the_policy_allowed_an_agent_that_must_ask_now_does_not_send(co: Company) -> None:
    await co.stop("all")
    await co.ask("riley", "note it")
    await co.release("all")
    asking = with_agent(co.app.project, mode=Mode.ASK).agents
    assert await refused(co, agents=asking) == (ProposalState.CANCELLED, "its agent must ask a person now")


async def test_while_stopped_it_is_held_and_after_release_sent_once(approved: Company) -> None:
    priya = approved.person("priya")
    await approved.stop("connector:crm")
    await approved.dispatch.run_until_idle()
    assert ((await approved.only()).state, approved.egress()) == (ProposalState.APPROVED, [])
    assert (await approved.kinds())[-1] == "execution.held"
    for _ in range(2):
        await approved.store.write(lambda tx: release(tx, approved.dispatch, "connector:crm", by=priya, reason=""))
        await approved.dispatch.run_until_idle()
    assert ((await approved.only()).state, len(approved.egress())) == (ProposalState.DONE, 1)


async def test_releasing_one_switch_sends_nothing_that_another_holds(approved: Company) -> None:
    priya = approved.person("priya")
    for name in ("connector:crm", "agent:sales-assistant"):
        await approved.stop(name)
    await approved.store.write(lambda tx: release(tx, approved.dispatch, "connector:crm", by=priya, reason=""))
    await approved.dispatch.run_until_idle()
    assert ((await approved.only()).state, approved.egress()) == (ProposalState.APPROVED, [])


async def test_a_proposal_that_was_held_too_long_expires(approved: Company) -> None:
    await approved.stop("all")
    await approved.advance(timedelta(hours=5))
    assert ((await approved.only()).state, approved.egress()) == (ProposalState.EXPIRED, [])


async def test_what_was_refused_at_the_claim_is_told_to_the_rep(approved: Company) -> None:
    await approved.store.write(lambda tx: execute_sql(tx, "DELETE FROM decisions"))
    await approved.dispatch.run_until_idle()
    assert "the people who approved it may not do so any more" in await approved.answer()
