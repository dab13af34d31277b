import asyncio
from pathlib import Path

import pytest
from tests.integration.cli.commands import Placet

from placet.approvals import Click, decide
from placet.cli.output import Output
from placet.cli.running import execute_request
from placet.project.loader import load_project
from placet.project.wiring import Desk, open_desk
from placet.storage.rows import list_proposals
from placet.vocabulary import DecisionKind, Proposal, ProposalState


@pytest.mark.requirement("ASK-4")
def test_a_question_is_answered_from_the_systems(placet: Placet, project: Path) -> None:
    told = placet("run", "How many Falcon sensors are there?", "--as", "riley", "--json")
    assert told.status == 0
    assert told.json["state"] == "done"
    assert told.json["answer"].count("Falcon sensor /") == 2
    assert "stock_on_hand" in told.err


def test_a_proposed_write_waits_and_the_next_command_is_named(placet: Placet, project: Path) -> None:
    told = placet("run", "set the Hooli expansion to 120k", "--as", "riley", "--json")
    (proposal,) = told.json["proposals"]
    assert (told.status, told.json["state"], proposal["state"]) == (0, "waiting", "proposed")
    assert proposal["may_decide"] == ["dana"]
    assert f"next: placet proposals approve {proposal['id']} --as dana" in told.err


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("--as", "bob"), 1, "error: nobody active here is called `bob`"),
        (("--as", "riley", "--agent", "sales-asistant"), 2, "did you mean `sales-assistant`?"),
    ],
)
def test_who_asks_and_which_agent_must_be_known(
    placet: Placet, project: Path, arguments: tuple[str, ...], status: int, says: str
) -> None:
    told = placet("run", "hello", *arguments)
    assert told.status == status
    assert says in told.err
    assert not (project / ".placet").exists()


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_request_is_a_usage_error(placet: Placet, project: Path, text: str) -> None:
    told = placet("run", text, "--as", "riley")
    assert (told.status, "the request is empty" in told.err) == (2, True)
    assert not (project / ".placet").exists()


async def first_proposal(desk: Desk) -> Proposal:
    while not (found := await desk.store.read(list_proposals)):
        continue
    return found[0]


async def test_with_wait_the_command_stays_until_the_change_is_made(project: Path) -> None:
    loaded = load_project(project)
    riley, agent = loaded.policies.people["riley"], loaded.agents["sales-assistant"]
    waiting = asyncio.create_task(
        execute_request(
            loaded, Output(as_json=True), text="order 40 falcon sensors", requester=riley, spec=agent, wait=True
        )
    )
    async with open_desk(loaded) as desk:
        proposal = await first_proposal(desk)
        by = loaded.policies.people["omar"]
        click = Click(proposal=proposal.id, revision=1, digest=proposal.digest, kind=DecisionKind.APPROVE, person=by)
        await desk.store.write(lambda tx: decide(tx, desk.dispatch, loaded.policies, click))
    news = await waiting
    assert news.over
    assert [one.state for one in news.proposals] == [ProposalState.DONE]
    assert "Done:" in news.run["answer"]
