"""`placet serve` as the process it is, in front of a local Slack."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from placet.approvals import Click, decide
from placet.localslack import LocalSlack, LocalUser, Player
from placet.project.loader import load_project
from placet.project.wiring import open_desk
from placet.storage.rows import find_proposal, list_proposals
from placet.vocabulary import DecisionKind, ProposalState


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack([LocalUser("U0RILEY", "riley", "Riley Park", "riley@merle-instruments.example")]) as one:
        yield one


async def serve(project: Path, *options: str, **settings: str) -> Process:
    command = [sys.executable, "-P", "-m", "placet", "serve", "--project", str(project), "--json", *options]
    return await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **settings}, stdout=PIPE, stderr=PIPE, cwd=project
    )


def pointed_at(slack: LocalSlack, **other: str) -> dict[str, str]:
    return {
        "PLACET_SLACK__API_URL": slack.api_url,
        "PLACET_SLACK_BOT_TOKEN": slack.bot_token,
        "PLACET_SLACK_APP_TOKEN": slack.app_token,
    } | other


async def test_it_says_when_it_is_ready_and_stops_in_good_order(project: Path, slack: LocalSlack) -> None:
    process = await serve(project, **pointed_at(slack))
    assert process.stdout is not None
    ready = json.loads(await process.stdout.readline())
    assert ready["ready"] is True
    assert ready["assurance"] == "single-process"
    async with Player(slack.url) as player:
        await player.wait_connected()
    process.send_signal(signal.SIGTERM)
    _out, err = await process.communicate()
    assert process.returncode == 0
    assert b"single-process assurance" in err
    assert slack.bot_token.encode() not in err


async def test_without_slack_it_needs_no_token_and_sends_what_was_approved(project: Path, asked: str) -> None:
    loaded = load_project(project)
    async with open_desk(loaded) as desk:
        proposal = await desk.store.read(lambda tx: find_proposal(tx, asked))
        assert proposal is not None
        click = Click(
            proposal=asked,
            revision=1,
            digest=proposal.digest,
            kind=DecisionKind.APPROVE,
            person=loaded.policies.people["dana"],
        )
        await desk.store.write(lambda tx: decide(tx, desk.dispatch, loaded.policies, click))
        process = await serve(project, "--no-slack")
        while not await desk.store.read(lambda tx: list_proposals(tx, states=(ProposalState.DONE,))):
            continue
    process.send_signal(signal.SIGTERM)
    _out, err = await process.communicate()
    assert process.returncode == 0
    assert b"no Slack: decide with `placet proposals`" in err


@pytest.mark.parametrize("wrong", ["PLACET_SLACK_BOT_TOKEN", "PLACET_SLACK_APP_TOKEN"])
async def test_a_wrong_token_is_one_sentence_and_what_to_do(project: Path, slack: LocalSlack, wrong: str) -> None:
    kind = "xoxb" if "BOT" in wrong else "xapp"
    process = await serve(project, **pointed_at(slack, **{wrong: f"{kind}-not-this-one"}))
    out, err = await process.communicate()
    assert process.returncode == 1
    assert json.loads(out)["error"]["code"] == "slack_refused"
    assert b"error: Slack refused `" in err
    assert b"invalid_auth" in err
    assert b"next: check the bot and app tokens" in err
    assert b"Traceback" not in err
    assert b"not-this-one" not in err + out


async def test_a_missing_token_names_its_variable(project: Path, slack: LocalSlack) -> None:
    process = await serve(project, **pointed_at(slack, PLACET_SLACK_APP_TOKEN=""))
    _out, err = await process.communicate()
    assert process.returncode == 1
    assert b"needs `PLACET_SLACK_APP_TOKEN`" in err
    assert b"Traceback" not in err
