"""The stop switch: names, what each one stops, and that it is on the ledger."""

from dataclasses import replace
from functools import partial

import pytest
from tests.support.company import Company

from placet.errors import SwitchHeld
from placet.operations import release, stop
from placet.storage.switches import all_switches, names_for, stopped_by
from placet.vocabulary import DecisionKind, ProposalState


@pytest.mark.parametrize("name", ["all", "agent:sales-assistant", "connector:crm", "tool:crm.set_deal_amount"])
async def test_each_switch_is_set_and_lifted_on_the_ledger(co: Company, name: str) -> None:
    await co.stop(name)
    await co.store.write(lambda tx: release(tx, co.dispatch, name, by=co.person("priya"), reason="over"))
    told = [(entry.kind, dict(entry.facts)) for entry in await co.ledger()]
    assert told == [
        ("switch.stopped", {"switch": name, "by": "priya", "reason": "drill"}),
        ("switch.released", {"switch": name, "by": "priya", "reason": "over"}),
    ]
    (row,) = await co.store.read(all_switches)
    assert (row["name"], row["stopped"], row["by"]) == (name, 0, "priya")


@pytest.mark.parametrize("name", ["", "everything", "agent", "agent:", "system:crm", "ALL", "tool:", ":x"])
async def test_a_switch_that_does_not_exist_is_refused(co: Company, name: str) -> None:
    with pytest.raises(ValueError, match="is no switch; use all, agent:ID"):
        await co.stop(name)
    with pytest.raises(ValueError, match="is no switch"):
        await co.store.write(lambda tx: release(tx, co.dispatch, name, by=co.person("priya"), reason=""))
    assert await co.ledger() == []


@pytest.mark.parametrize("name", ["agent:other", "connector:erp", "tool:crm.move_deal"])
async def test_a_switch_stops_only_what_it_names(co: Company, name: str) -> None:
    await co.stop(name)
    asked = names_for(agent="sales-assistant", system="crm", tool="crm.set_deal_amount")
    assert await co.store.read(lambda tx: stopped_by(tx, asked)) is None


async def test_stopping_twice_is_stopped_and_one_release_lifts_it(asked: Company) -> None:
    priya = asked.person("priya")
    for _ in range(2):
        await asked.stop("all")
    await asked.store.write(lambda tx: release(tx, asked.dispatch, "all", by=priya, reason=""))
    assert (await asked.approve("dana")).state is ProposalState.APPROVED


async def test_while_everything_is_stopped_reading_and_proposing_go_on(co: Company) -> None:
    await co.stop("all")
    await co.ask("riley", "set hooli to 120000")
    await co.ask("riley", "note it")
    assert {one.state for one in await co.proposals()} == {ProposalState.PROPOSED, ProposalState.APPROVED}
    assert co.egress() == []


async def test_a_release_tells_how_much_goes_on_again(asked: Company) -> None:
    priya = asked.person("priya")
    await asked.decide("dana", await asked.only(), DecisionKind.APPROVE)
    await asked.stop("all")
    await asked.dispatch.run_until_idle()
    assert await asked.store.write(lambda tx: release(tx, asked.dispatch, "all", by=priya, reason="")) == 1
    await asked.dispatch.run_until_idle()
    assert await asked.store.write(lambda tx: release(tx, asked.dispatch, "all", by=priya, reason="")) == 0
    assert len(asked.egress()) == 1


async def stopped_then_released(co: Company, stoppers: tuple[str, ...], by: str) -> None:
    for one in stoppers:
        await co.store.write(partial(stop, name="all", by=one, reason="drill"))
    await co.store.write(lambda tx: release(tx, co.dispatch, "all", by=co.person(by), reason="over"))


@pytest.mark.parametrize(
    ("stoppers", "by"),
    [(("dana",), "dana"), (("dana",), "priya"), (("riley", "riley"), "riley"), (("riley", "dana"), "priya")],
)
async def test_an_owner_or_the_one_who_set_it_releases_a_switch(
    co: Company, stoppers: tuple[str, ...], by: str
) -> None:
    await stopped_then_released(co, stoppers, by)
    assert await co.store.read(lambda tx: stopped_by(tx, ("all",))) is None


@pytest.mark.parametrize(
    ("stoppers", "by"),
    [(("dana",), "omar"), (("priya",), "riley"), (("priya", "riley"), "riley"), (("riley", "dana"), "riley")],
)
async def test_nobody_else_releases_it_not_even_by_stopping_again(
    co: Company, stoppers: tuple[str, ...], by: str
) -> None:
    with pytest.raises(SwitchHeld) as held:
        await stopped_then_released(co, stoppers, by)
    assert (held.value.by, held.value.person) == (", ".join(stoppers), by)
    assert await co.store.read(lambda tx: stopped_by(tx, ("all",))) is not None


async def test_who_left_does_not_release_their_own_switch(co: Company) -> None:
    await co.store.write(lambda tx: stop(tx, "all", by="dana", reason="drill"))
    gone = replace(co.person("dana"), active=False)
    with pytest.raises(SwitchHeld):
        await co.store.write(lambda tx: release(tx, co.dispatch, "all", by=gone, reason="over"))
