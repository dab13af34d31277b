"""`placet proposals settle`: a person ends what nobody else can know."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.integration.cli.commands import Placet
from tests.support.company import company

from placet.project.loader import load_project

SAW = ("--reason", "saw it in the CRM")


@pytest.fixture
def lost(project: Path) -> str:
    """The id of a change of Riley's that reached the CRM, whose answer was lost."""

    async def lose() -> str:
        async with company(project, project=load_project(project), now=datetime.now(UTC)) as co:
            await co.ask("riley", "set hooli to 120000")
            co.faults["crm"].timeout_after_commit = True
            await co.approve("dana")
            return (await co.only()).id

    return asyncio.run(lose())


def state_of(placet: Placet, proposal: str) -> str:
    return str(placet("proposals", "show", proposal, "--json").json["state"])


def test_a_person_who_looked_settles_an_unknown_change(placet: Placet, lost: str) -> None:
    assert state_of(placet, lost) == "unknown"
    told = placet("proposals", "settle", lost, "--done", "--as", "priya", *SAW, "--json")
    assert (told.status, told.json) == (0, {"proposal": lost, "state": "done"})
    shown = placet("proposals", "show", lost, "--json").json
    assert (shown["state"], shown["reason"]) == ("done", "saw it in the CRM")


def test_a_second_settling_is_refused(placet: Placet, lost: str) -> None:
    assert placet("proposals", "settle", lost, "--done", "--as", "dana", *SAW).out == f"{lost} is done\n"
    again = placet("proposals", "settle", lost, "--failed", "--as", "priya", *SAW)
    assert (again.status, state_of(placet, lost)) == (1, "done")
    assert "error: this is done; only an unknown outcome can be settled" in again.err


def test_the_requester_is_refused_and_told_why(placet: Placet, lost: str) -> None:
    told = placet("proposals", "settle", lost, "--done", "--as", "riley", *SAW, "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "decision_refused")
    assert "you asked for this change, so someone else must say what became of it" in told.err
    assert state_of(placet, lost) == "unknown"


@pytest.mark.parametrize("said", [(), ("--done", "--failed")])
def test_it_must_be_said_whether_the_change_is_there(placet: Placet, project: Path, said: tuple[str, ...]) -> None:
    told = placet("proposals", "settle", "P-1", *said, "--as", "priya", *SAW)
    assert (told.status, "--done or --failed" in told.err) == (2, True)


def test_a_proposal_that_is_not_there_is_one_sentence(placet: Placet, project: Path) -> None:
    told = placet("proposals", "settle", "P-NOWHERE", "--done", "--as", "priya", *SAW)
    assert (told.status, told.err.startswith("error: no proposal `P-NOWHERE` is visible")) == (1, True)
