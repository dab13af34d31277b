"""The stop switch: names, what each one stops, and that it is on the ledger."""

import pytest

from placet.operations import release, stop
from placet.storage.switches import all_switches, names_for, stopped_by
from placet.vocabulary import DecisionKind, ProposalState
from tests.support.company import Company


@pytest.mark.parametrize("name", ["all", "agent:sales-assistant", "connector:crm", "tool:crm.set_deal_amount"])
async def test_each_switch_is_set_and_lifted_on_the_ledger(co: Company, name: str) -> None:
    await co.store.write(lambda tx: stop(tx, name, by="priya", reason="drill"))
    await co.store.write(lambda tx: release(tx, co.dispatch, name, by="omar", reason="over"))
    told = [(entry.kind, dict(entry.facts)) for entry in await co.ledger()]
    assert told == [
        ("switch.stopped", {"switch": name, "by": "priya", "reason": "drill"}),
        ("switch.released", {"switch": name, "by": "omar", "reason": "over"}),
    ]
    (row,) = await co.store.read(all_switches)
    assert (row["name"], row["stopped"], row["by"]) == (name, 0, "omar")


@pytest.mark.parametrize("name", ["", "everything", "agent", "agent:", "system:crm", "ALL", "tool:", ":x"])
async def test_a_switch_that_does_not_exist_is_refused(co: Company, name: str) -> None:
    with pytest.raises(ValueError, match="is no switch; use all, agent:ID"):
        await co.store.write(lambda tx: stop(tx, name, by="priya", reason="drill"))
    with pytest.raises(ValueError, match="is no switch"):
        await co.store.write(lambda tx: release(tx, co.dispatch, name, by="priya", reason=""))
    assert await co.ledger() == []


@pytest.mark.parametrize("name", ["agent:other", "connector:erp", "tool:crm.move_deal"])
async def test_a_switch_stops_only_what_it_names(co: Company, name: str) -> None:
    await co.store.write(lambda tx: stop(tx, name, by="priya", reason="drill"))
    asked = names_for(agent="sales-assistant", system="crm", tool="crm.set_deal_amount")
    assert await co.store.read(lambda tx: stopped_by(tx, asked)) is None


async def test_stopping_twice_is_stopped_and_one_release_lifts_it(asked: Company) -> None:
    for _ in range(2):
        await asked.store.write(lambda tx: stop(tx, "all", by="priya", reason="drill"))
    await asked.store.write(lambda tx: release(tx, asked.dispatch, "all", by="priya", reason=""))
    assert (await asked.approve("dana")).state is ProposalState.APPROVED


async def test_while_everything_is_stopped_reading_and_proposing_go_on(co: Company) -> None:
    await co.store.write(lambda tx: stop(tx, "all", by="priya", reason="drill"))
    await co.ask("riley", "set hooli to 120000")
    await co.ask("riley", "note it")
    assert {one.state for one in await co.proposals()} == {ProposalState.PROPOSED, ProposalState.APPROVED}
    assert co.egress() == []


async def test_a_release_tells_how_much_goes_on_again(asked: Company) -> None:
    await asked.decide("dana", await asked.only(), DecisionKind.APPROVE)
    await asked.store.write(lambda tx: stop(tx, "all", by="priya", reason="drill"))
    await asked.dispatch.run_until_idle()
    assert await asked.store.write(lambda tx: release(tx, asked.dispatch, "all", by="priya", reason="")) == 1
    await asked.dispatch.run_until_idle()
    assert await asked.store.write(lambda tx: release(tx, asked.dispatch, "all", by="priya", reason="")) == 0
    assert len(asked.egress()) == 1
