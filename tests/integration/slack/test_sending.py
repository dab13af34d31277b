"""Messages on their way out: in place, again after a wait, posted anew, or given up with a reason."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.slack.office import ASK, edge_of, office_in
from tests.support.company import Company, company, reference, with_person

from placet.dispatch.outbox import want
from placet.localslack import LocalSlack, Player
from placet.storage import Transaction
from placet.storage.outbox_rows import outbox_row


async def row_of(co: Company, message: str) -> Mapping[str, Any]:
    row = await co.store.read(lambda tx: outbox_row(tx, message))
    assert row is not None
    return row


async def card_row(co: Company) -> Mapping[str, Any]:
    return await row_of(co, f"card:{(await co.only()).changeset}:dana")


async def calls(player: Player, method: str) -> list[Any]:
    """The calls of a Web API method that Slack accepted."""
    return [one for one in await player.traffic() if one["method"] == method and one["ok"]]


@pytest.fixture
async def sending(tmp_path: Path, slack: LocalSlack) -> Any:
    """The company with a proposal whose card is still to be sent, segment by segment, and its app without a socket."""
    async with company(tmp_path) as co:
        edge = edge_of(co, slack)
        await co.ask("riley", ASK)
        co.dispatch.register("send", edge.send)
        yield co
        await edge.stop()


async def show(co: Company) -> None:
    """Ask for Dana's card once more, and let everything run that is due."""
    changeset = (await co.only()).changeset

    def again(tx: Transaction) -> None:
        want(tx, co.dispatch, f"card:{changeset}:dana", kind="card", run="", subject=changeset, person="dana")

    await co.store.write(again)
    await co.dispatch.run_until_idle()


async def test_sending_needs_no_socket_and_remembers_where_the_message_stands(sending: Company, player: Player) -> None:
    await show(sending)
    (posted,) = await calls(player, "chat.postMessage")
    row = await card_row(sending)
    assert (row["channel"], row["shown"], row["error"]) == ("D0DANA", row["wanted"], "")
    assert (posted["args"]["unfurl_links"], posted["args"]["unfurl_media"]) in {("0", "0"), (False, False), (0, 0)}


async def test_a_change_updates_the_message_and_a_repeated_segment_sends_nothing(
    sending: Company, player: Player
) -> None:
    await show(sending)
    await show(sending)
    message = (await card_row(sending))["id"]
    before = len(await player.traffic())
    await sending.dispatch._handlers["send"]({"message": message})
    assert len(await player.traffic()) == before
    assert len(await calls(player, "chat.postMessage")) == 1
    assert len(await calls(player, "chat.update")) == 1


async def test_a_busy_slack_is_asked_again_after_the_wait_it_named(sending: Company, player: Player) -> None:
    await player.fail_next("chat.postMessage", "ratelimited")
    await show(sending)
    assert await calls(player, "chat.postMessage") == []
    await sending.dispatch.advance(timedelta(seconds=1))
    assert len(await calls(player, "chat.postMessage")) == 1


async def test_a_slack_that_stays_down_is_given_up_and_the_ledger_says_so(sending: Company, player: Player) -> None:
    await player.fail_next("chat.postMessage", "internal_error", times=100)
    await show(sending)
    await sending.dispatch.advance(timedelta(hours=2))
    assert (await card_row(sending))["error"] == "Slack answered `internal_error`"
    assert [entry.facts["reason"] for entry in await sending.ledger() if entry.kind == "slack.unsent"] == [
        "Slack answered `internal_error`"
    ]


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "account_inactive", "token_revoked"])
async def test_a_lasting_error_is_not_tried_again(sending: Company, player: Player, error: str) -> None:
    await player.fail_next("chat.postMessage", error)
    await show(sending)
    await sending.dispatch.advance(timedelta(hours=1))
    assert await calls(player, "chat.postMessage") == []
    assert (await card_row(sending))["error"] == f"Slack answered `{error}`"


async def test_a_message_that_was_given_up_is_tried_anew_when_it_changes(sending: Company, player: Player) -> None:
    await player.fail_next("chat.postMessage", "channel_not_found")
    await show(sending)
    await show(sending)
    assert (await card_row(sending))["error"] == ""
    assert len(await calls(player, "chat.postMessage")) == 1


@pytest.mark.parametrize("error", ["message_not_found", "edit_window_closed"])
async def test_a_message_that_is_gone_is_posted_anew_once(sending: Company, player: Player, error: str) -> None:
    await show(sending)
    first = (await card_row(sending))["message"]
    await player.fail_next("chat.update", error)
    await show(sending)
    assert (await card_row(sending))["message"] != first
    assert len(await calls(player, "chat.postMessage")) == 2


async def test_a_card_slack_finds_too_large_is_sent_without_approve(sending: Company, player: Player) -> None:
    await player.fail_next("chat.postMessage", "msg_blocks_too_long")
    await show(sending)
    (posted,) = await calls(player, "chat.postMessage")
    assert "decide:reject" in str(posted["args"]["blocks"])
    assert "decide:approve" not in str(posted["args"]["blocks"])


async def test_a_person_without_a_slack_id_is_not_written_to(sending: Company, player: Player) -> None:
    changeset = (await sending.only()).changeset

    def wish(tx: Transaction) -> None:
        want(tx, sending.dispatch, "card:x", kind="card", run="", subject=changeset, person="nobody")
        want(tx, sending.dispatch, "card:y", kind="card", run="", subject="C-none", person="dana")
        want(tx, sending.dispatch, "plan:z", kind="plan", run="R-none", subject="R-none")

    await sending.store.write(wish)
    await sending.dispatch.run_until_idle()
    assert "`nobody` is not an active person" in (await row_of(sending, "card:x"))["error"]
    assert "does not exist" in (await row_of(sending, "card:y"))["error"]
    assert "does not exist" in (await row_of(sending, "plan:z"))["error"]
    assert await calls(player, "chat.postMessage") == []


async def test_what_a_crash_left_unsent_is_sent_at_the_next_start(
    tmp_path: Path, slack: LocalSlack, player: Player
) -> None:
    async with company(tmp_path) as co:
        await co.ask("riley", ASK)
    async with company(tmp_path) as co:
        edge = edge_of(co, slack)
        co.dispatch.register("send", edge.send)
        await edge.start()
        await co.dispatch.run_until_idle()
        await edge.stop()
        assert len(await calls(player, "chat.postMessage")) == 1
        assert (await card_row(co))["channel"] == "D0DANA"


async def test_every_approver_has_a_copy_and_all_of_them_change(
    tmp_path: Path, slack: LocalSlack, player: Player
) -> None:
    two = with_person(reference(), "omar", roles=("sales-director",))
    async with office_in(tmp_path, slack, player, project=two) as office:
        cards = [await office.asked(), await office.card(person="omar")]
        await office.who("dana").clicks(cards[0], "decide:approve")
        done = [await office.card(person=name, starts="Done") for name in ("dana", "omar")]
        assert [one.ts for one in done] == [one.ts for one in cards]
