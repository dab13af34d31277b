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

from placet.localslack import LocalSlack, LocalUser, Player


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack([LocalUser("U0RILEY", "riley", "Riley Park", "riley@merle-instruments.example")]) as one:
        yield one


async def serve(project: Path, **settings: str) -> Process:
    command = [sys.executable, "-P", "-m", "placet", "serve", "--project", str(project), "--json"]
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
