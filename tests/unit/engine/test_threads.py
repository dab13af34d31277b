"""Requests in one thread: the model sees the earlier talk, so what tainted it taints what follows."""

from pathlib import Path

from tests.support.company import LOG_NOTE, Company, call, company, says

from placet.engine.intake import Request, receive
from placet.storage.rows import list_proposals
from placet.vocabulary import ProposalState

DETAILS = says("details", call("deal_details", deal="Hooli expansion"))


async def ask_in_thread(co: Company, text: str, thread: str) -> str:
    """One request in a Slack thread; returns its run."""
    request = Request(
        event=f"{thread}:{text}", source="slack", person=co.person("riley"), agent="sales-assistant",
        graph="assistant", graph_version="1", text=text, channel="D1", thread=thread,
    )  # fmt: skip
    run = await co.store.write(lambda tx: receive(tx, co.dispatch, request))
    await co.dispatch.run_until_idle()
    assert run is not None
    return run


async def test_a_note_after_text_from_outside_in_the_same_thread_asks_a_person(tmp_path: Path) -> None:
    async with company(tmp_path, DETAILS, LOG_NOTE) as co:
        await ask_in_thread(co, "details", "1.0")
        run = await ask_in_thread(co, "note", "1.0")
        (note,) = await co.store.read(lambda tx: list_proposals(tx, run=run))
        assert (note.state, note.ruling.rule) == (ProposalState.PROPOSED, "note-or-task-from-outside")
        assert [one.source for one in note.evidence if one.tainted] == ["thread"]


async def test_a_note_in_another_thread_is_not_tainted(tmp_path: Path) -> None:
    async with company(tmp_path, DETAILS, LOG_NOTE) as co:
        await ask_in_thread(co, "details", "1.0")
        run = await ask_in_thread(co, "note", "2.0")
        (note,) = await co.store.read(lambda tx: list_proposals(tx, run=run))
        assert note.state is ProposalState.DONE
