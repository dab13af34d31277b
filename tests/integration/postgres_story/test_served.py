"""The whole story on PostgreSQL, as the processes it consists of in production."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.integration.demo.test_demo_headless import MUST_HOLD, play
from tests.integration.postgres_story.house import READY, House, house
from tests.integration.postgres_story.server import OwnServer

from placet.errors import DatabaseInUse
from placet.vocabulary import ProposalState

pytestmark = pytest.mark.slow


def placet_in(project: Path, *arguments: str) -> Any:
    """One command in a process of its own, on the database that the environment names; what it said as JSON."""
    command = [sys.executable, "-P", "-m", "placet", *arguments, "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=project, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


async def waiting_order(there: House) -> Any:
    """Riley orders, and the run waits for Omar with nothing else on its way; returns the proposal."""
    await there.play.actor("riley").says("Order 41 Falcon sensors")
    (proposal,) = await there.proposals(1)
    await there.play.settled(proposal.run)
    return proposal


def test_the_demo_holds_and_the_commands_agree(
    project: Path, server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACET_DATABASE__URL", server.new_database())
    monkeypatch.setenv("PLACET_CHECKPOINTS__URL", server.new_database())
    summary = play(project, "--model", "scripted")
    assert {name: summary[name] for name in MUST_HOLD} == MUST_HOLD
    assert placet_in(project, "audit", "verify")["entries"] == summary["ledger_entries"]
    rows = {row["what"]: row for row in placet_in(project, "doctor")["rows"]}
    assert rows["database"]["found"].startswith("postgresql, schema ")
    assert rows["checkpoints"]["found"].startswith("PostgreSQL 1")
    assert not (project / ".placet/demo/placet.sqlite").exists()
    with pytest.raises(AssertionError, match=f"is not empty.*\n.*{DatabaseInUse.remedy.partition('{')[0]}"):
        play(project, "--model", "scripted")


async def test_another_process_lists_and_approves_while_one_serves(
    project: Path, server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(project, (server.new_database(), server.new_database()), monkeypatch) as there:
        monkeypatch.setenv("PLACET_SYSTEMS__ERP__PATH", str(there.systems["erp"].path))
        await there.serve()
        proposal = await waiting_order(there)
        (listed,) = (await asyncio.to_thread(placet_in, project, "proposals", "list"))["proposals"]
        assert (listed["id"], listed["state"]) == (proposal.id, "proposed")
        told = await asyncio.to_thread(placet_in, project, "proposals", "approve", proposal.id, "--as", "omar")
        assert told["worker_alive"] is True
        await there.answered([proposal.run])
        assert [row.key for row in there.egress()] == [proposal.id]


async def test_a_database_killed_while_a_run_waits_costs_one_click(
    project: Path, server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(project, (server.new_database(), server.new_database()), monkeypatch) as there:
        serving = await there.serve()
        proposal = await waiting_order(there)
        card, omar = await there.card("omar", proposal), there.play.actor("omar")
        await asyncio.to_thread(server.kill)
        lost = await omar.clicks(card, READY)
        await asyncio.to_thread(server.start)
        assert (lost.acked, (await there.again(proposal)).state) == (False, ProposalState.PROPOSED)
        assert (await omar.clicks(card, READY)).acked
        await there.answered([proposal.run])
        assert [row.key for row in there.egress()] == [proposal.id]
        assert await serving.stop() == 0


async def test_a_database_killed_between_approval_and_execution_delays_the_write(
    project: Path, server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(project, (server.new_database(), server.new_database()), monkeypatch) as there:
        serving = await there.serve()
        proposal = await waiting_order(there)
        process = serving._process
        assert process is not None
        process.send_signal(signal.SIGSTOP)  # so that nobody executes what is approved now
        await asyncio.to_thread(placet_in, project, "proposals", "approve", proposal.id, "--as", "omar")
        await asyncio.to_thread(server.kill)
        process.send_signal(signal.SIGCONT)
        await there.until(lambda: says(there, "heartbeat failed"), "the server to notice")
        assert there.egress() == []
        await asyncio.to_thread(server.start)
        await there.answered([proposal.run])
        assert [row.key for row in there.egress()] == [proposal.id]
        assert [one.kind for one in await there.ledger()].count("proposal.executing") == 1
        assert await serving.stop() == 0


async def says(there: House, words: str) -> bool:
    """Whether a server has said something."""
    return words in there.stage.log.read_text(encoding="utf-8")


async def test_without_its_database_serve_ends_with_one_sentence(
    project: Path, server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = (server.new_database(), server.new_database())
    async with house(project, urls, monkeypatch) as there:
        await asyncio.to_thread(server.kill)
        try:
            command = [sys.executable, "-P", "-m", "placet", "serve"]
            environment = {**os.environ, **there.stage.environment()}
            ended = await asyncio.to_thread(
                subprocess.run, command, capture_output=True, text=True, cwd=project, env=environment, timeout=60
            )
        finally:
            await asyncio.to_thread(server.start)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: the database at `postgresql+psycopg://")
    assert "next: free the lock, the disk or the server" in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_serve_ends_when_asked_to_even_without_its_database(
    project: Path, server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(project, (server.new_database(), server.new_database()), monkeypatch) as there:
        serving = await there.serve()
        await asyncio.to_thread(server.kill)
        try:
            status = await serving.stop()
        finally:
            await asyncio.to_thread(server.start)
        assert status == 0
        assert "Traceback" not in there.stage.log.read_text(encoding="utf-8")
