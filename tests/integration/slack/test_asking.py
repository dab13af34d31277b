"""Requests from Slack become exactly one run each, committed before Slack is answered."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.integration.slack.office import ASK, Office, office_in
from tests.support.company import reference, with_person

from placet.errors import DatabaseUnavailable
from placet.localslack import LocalSlack, Message, Player
from placet.storage import Store


async def _runs(office: Office) -> list[Any]:
    return await office.facts("run.received")


def _mentions(word: str) -> Callable[[Message], bool]:
    return lambda message: word in str(message.blocks)


async def test_a_direct_message_becomes_a_run_whose_plan_and_answer_are_in_its_thread(office: Office) -> None:
    sent = await office.who("riley").says("log a note please")
    plan = await office.who("riley").wait_message(_mentions("✓ Applied"))
    assert (plan.channel, plan.thread_ts) == (sent.channel, sent.ts)
    answer = await office.who("riley").wait_message(lambda one: '"state": "done"' in one.text)
    assert answer.thread_ts == sent.ts
    (run,) = await _runs(office)
    assert (run["requester"], run["request"], run["source"]) == ("riley", "log a note please", "slack")


async def test_the_plan_is_one_message_that_changes_in_place(office: Office) -> None:
    await office.asked()
    waiting = await office.who("riley").wait_message(_mentions("Waiting for Dana Okafor (sales-director)"))
    await office.who("dana").clicks(await office.card(), "decide:approve")
    applied = await office.who("riley").wait_message(_mentions("✓ Applied"))
    assert applied.ts == waiting.ts


async def test_a_mention_is_answered_in_its_thread_without_the_apps_own_name(office: Office) -> None:
    sent = await office.who("riley").mentions("deals", ASK)
    await office.who("riley").wait_message(_mentions("Waiting for"), channel="deals")
    (run,) = await _runs(office)
    assert run["request"] == ASK
    row = await office.co.run((await office.proposal()).run)
    assert (row["channel"], row["thread"]) == ("C0DEALS", sent.ts)


async def test_a_reply_in_a_thread_stays_in_that_thread(office: Office) -> None:
    sent = await office.who("riley").says("hooli first")
    await office.card()
    await office.who("riley").says("log a note", thread_ts=sent.ts)
    await office.who("riley").wait_message(_mentions("✓ Applied"))
    assert {one.thread_ts for one in await office.who("riley").messages() if one.user == office.slack.bot_user_id} == {
        sent.ts
    }


async def test_the_command_repeats_the_request_and_works_in_its_thread(office: Office) -> None:
    sent = await office.who("riley").command("/placet", "log a note", channel="deals")
    assert sent.acked
    asked = await office.who("riley").wait_message(lambda one: one.text == "You asked: log a note")
    applied = await office.who("riley").wait_message(_mentions("✓ Applied"))
    assert applied.thread_ts == asked.ts
    told = await office.who("riley").wait_message(lambda one: one.ephemeral, channel="deals")
    assert told.text.startswith("I am on it")


async def test_a_command_without_a_request_says_how_to_ask(office: Office) -> None:
    await office.who("riley").command("/placet", "")
    assert "for example" in await office.told("riley")
    assert await _runs(office) == []


async def test_a_command_whose_direct_message_cannot_be_opened_says_so(office: Office) -> None:
    await office.player.fail_next("conversations.open", "fatal_error")
    assert (await office.who("riley").command("/placet", "log a note")).acked
    assert "did not let me open" in await office.told("riley")
    assert await _runs(office) == []


# --- once, and committed first --------------------------------------------------------------------------


class Failing:
    """Lets the next writes of a store fail, and says when they have."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        self.left, self.failed, write = times, asyncio.Event(), Store.write

        async def failing(store: Store, work: Any) -> Any:
            if self.left:
                self.left -= 1
                self.failed.set()
                raise DatabaseUnavailable(place="here", reason="locked")
            return await write(store, work)

        monkeypatch.setattr(Store, "write", failing)


async def test_an_event_is_not_acknowledged_before_it_is_written_down(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Failing(monkeypatch, times=1)
    await office.who("riley").says("log a note")
    await broken.failed.wait()
    assert await _runs(office) == []
    await office.player.advance(3.1)
    await office.who("riley").wait_message(_mentions("✓ Applied"))
    assert len(await _runs(office)) == 1


async def test_an_event_whose_acknowledgement_is_lost_runs_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, written, again = Store.write, asyncio.Event(), asyncio.Event()
    seen = 0

    async def lost(store: Store, work: Any) -> Any:
        nonlocal seen
        result = await write(store, work)
        if "_event" in work.__qualname__:
            seen += 1
            (written if seen == 1 else again).set()
            if seen == 1:
                raise DatabaseUnavailable(place="here", reason="the answer was lost")
        return result

    monkeypatch.setattr(Store, "write", lost)
    await office.who("riley").says("log a note")
    await written.wait()
    await office.player.advance(3.1)
    await again.wait()
    await office.who("riley").wait_message(_mentions("✓ Applied"))
    assert len(await _runs(office)) == 1


async def test_a_command_that_cannot_be_written_down_fails_visibly(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Failing(monkeypatch, times=1)
    command = asyncio.ensure_future(office.who("riley").command("/placet", "log a note"))
    await broken.failed.wait()
    await office.player.advance(3.1)
    assert not (await command).acked
    await office.who("riley").wait_message(lambda one: one.text.startswith("I could not write this down"))
    assert await _runs(office) == []


# --- who may ask ----------------------------------------------------------------------------------------


async def test_somebody_unknown_is_told_whom_to_ask_and_nothing_runs(office: Office) -> None:
    await office.who("stray").says(ASK)
    told = await office.who("stray").wait_message(lambda one: one.user == office.slack.bot_user_id)
    assert told.text == (
        "I do not know you yet: ask Priya Nair (owner) to add you to policies/people.yaml. I did nothing."
    )
    assert await _runs(office) == []
    (refused,) = await office.facts("slack.refused")
    assert (refused["reason"], refused["user"], refused["what"]) == ("unknown_person", "U0STRAY", "message")


@pytest.mark.parametrize("channel", ["deals", ""])
async def test_somebody_unknown_is_refused_however_they_ask(office: Office, channel: str) -> None:
    if channel:
        await office.who("stray").mentions(channel, ASK)
        told = await office.who("stray").wait_message(lambda one: one.ephemeral, channel=channel)
    else:
        await office.who("stray").command("/placet", ASK)
        told = await office.who("stray").wait_message(lambda one: one.ephemeral)
    assert told.text.startswith("I do not know you yet")
    assert await _runs(office) == []


async def test_somebody_who_left_is_refused(tmp_path: Path, slack: LocalSlack, player: Player) -> None:
    async with office_in(tmp_path, slack, player, project=with_person(reference(), "riley", active=False)) as office:
        await office.who("riley").says(ASK)
        await office.who("riley").wait_message(lambda one: one.text.startswith("You are no longer active"))
        assert await _runs(office) == []


async def test_somebody_of_another_workspace_is_refused_under_any_name(office: Office) -> None:
    await office.player.change_person("riley", team_id="T0ACME", is_stranger=True)
    await office.who("riley").says(ASK)
    await office.who("riley").wait_message(lambda one: one.text.startswith("I work for people of this workspace"))
    assert (await office.facts("slack.refused"))[0]["reason"] == "foreign_team"
    assert await _runs(office) == []


async def test_nothing_is_answered_where_another_company_reads_along(office: Office) -> None:
    await office.who("riley").mentions("with-acme", ASK)
    told = await office.who("riley").wait_message(lambda one: one.ephemeral, channel="with-acme")
    assert told.text.startswith("This channel is shared with another company")
    assert await _runs(office) == []


async def test_the_apps_own_messages_and_their_changes_ask_for_nothing(office: Office) -> None:
    await office.asked()
    await office.who("dana").clicks(await office.card(), "decide:approve")
    await office.card(starts="Done")
    assert len(await _runs(office)) == 1


# --- home -----------------------------------------------------------------------------------------------


async def test_home_shows_what_waits_and_a_stranger_learns_whom_to_ask(office: Office) -> None:
    await office.asked()
    assert "1 waiting for you" in str(await office.who("dana").opens_home())
    assert "Nothing waits for you" in str(await office.who("omar").opens_home())
    assert "I do not know you yet" in str(await office.who("stray").opens_home())
