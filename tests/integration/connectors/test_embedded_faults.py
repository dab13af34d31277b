"""Answers that are lost, systems that are busy, and processes that die in between."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.integration.connectors.embedded_desk import Desk, OpenDesk

from placet.connectors.embedded import EmbeddedOptions, EmbeddedSystem
from placet.testing.conformance_connectors import let_pass, send
from placet.vocabulary import Operation, OperationKind, OutcomeKind

TASK = Operation(OperationKind.CREATE, "crm.task", "", {"name": "Call"}, "create")


class Died(BaseException):
    """The process ended here."""


def die() -> None:
    raise Died


async def tasks(crm: Desk) -> int:
    return len((await crm.reader.search("crm.task", limit=200)).records)


async def test_an_answer_lost_after_the_commit_is_unknown_and_lookup_finds_it(crm: Desk) -> None:
    before = await tasks(crm)
    crm.faults.timeout_after_commit = True
    outcome = await crm.send(TASK, key="p-1")
    found = await crm.writer.lookup(TASK, key="p-1")
    assert (outcome.kind, found.kind) == (OutcomeKind.UNKNOWN, OutcomeKind.ALREADY_APPLIED)
    assert await tasks(crm) == before + 1


async def test_an_answer_lost_before_the_commit_is_unknown_and_lookup_denies_it(crm: Desk) -> None:
    before = await tasks(crm)
    crm.faults.timeout_before_commit = True
    outcome = await crm.send(TASK, key="p-1")
    found = await crm.writer.lookup(TASK, key="p-1")
    assert (outcome.kind, found.kind) == (OutcomeKind.UNKNOWN, OutcomeKind.NOT_VISIBLE)
    assert await tasks(crm) == before
    assert crm.system.egress() == []


async def test_a_retry_after_a_lost_answer_changes_nothing_more(crm: Desk) -> None:
    before = await tasks(crm)
    crm.faults.timeout_after_commit = True
    await crm.send(TASK, key="p-1")
    crm.faults.timeout_after_commit = False
    assert (await crm.send(TASK, key="p-1")).kind is OutcomeKind.ALREADY_APPLIED
    assert await tasks(crm) == before + 1


@pytest.mark.parametrize(("point", "made"), [("before_commit", 0), ("after_commit", 1)])
async def test_a_crash_leaves_all_of_a_change_or_nothing(crm: Desk, point: str, made: int) -> None:
    before = await tasks(crm)
    crm.faults.hooks = {point: die}
    with pytest.raises(Died):
        await crm.send(TASK, key="p-1")
    assert await tasks(crm) == before + made
    assert [row.key for row in crm.system.egress()] == ["p-1"] * made


async def test_the_writer_works_on_after_a_crash_before_the_commit(crm: Desk) -> None:
    crm.faults.hooks = {"before_commit": die}
    with pytest.raises(Died):
        await crm.send(TASK, key="p-1")
    crm.faults.hooks = {}
    assert (await crm.send(TASK, key="p-1")).kind is OutcomeKind.APPLIED


async def test_a_throttled_system_says_when_to_come_back(crm: Desk) -> None:
    later = datetime(2026, 8, 20, 9, 5, tzinfo=UTC)
    crm.faults.throttled_until = later
    outcome = await crm.send(TASK)
    assert (outcome.kind, outcome.retry_at) == (OutcomeKind.THROTTLED, later)


async def test_an_unavailable_system_changes_nothing_and_cannot_be_asked(crm: Desk) -> None:
    crm.faults.unavailable = True
    assert (await crm.send(TASK, key="p-1")).kind is OutcomeKind.UNAVAILABLE
    assert (await crm.writer.lookup(TASK, key="p-1")).kind is OutcomeKind.UNKNOWN
    assert crm.system.egress() == []


async def test_a_locked_database_is_unavailable(desk: OpenDesk) -> None:
    crm = desk("crm", EmbeddedOptions(busy_timeout_ms=0))
    other = sqlite3.connect(crm.system.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outcome = await crm.send(TASK)
    other.execute("ROLLBACK")
    other.close()
    assert (outcome.kind, outcome.message) == (OutcomeKind.UNAVAILABLE, "database is locked")


async def test_a_missing_file_is_unavailable_to_the_writer_and_stays_missing(tmp_path: Path) -> None:
    system = EmbeddedSystem("crm", tmp_path / "crm.sqlite")
    writer = system.writer(let_pass)
    assert (await send(writer, TASK, key="p-1")).kind is OutcomeKind.UNAVAILABLE
    assert (await writer.lookup(TASK, key="p-1")).kind is OutcomeKind.UNKNOWN
    assert not system.exists()


async def test_another_operation_under_a_known_key_is_not_taken_for_applied(crm: Desk) -> None:
    await crm.send(TASK, key="p-1")
    other = Operation(OperationKind.CREATE, "crm.task", "", {"name": "Write"}, "create")
    assert (await crm.writer.lookup(other, key="p-1")).kind is OutcomeKind.UNKNOWN


async def test_a_grant_that_fails_is_denied_before_anything_else_is_asked(crm: Desk) -> None:
    def burned(*_facts: object) -> None:
        raise ValueError("the grant is burned")

    crm.writer._verify = burned
    crm.faults.unavailable = True
    outcome = await crm.send(TASK)
    assert outcome.kind is OutcomeKind.DENIED
    assert "the grant is burned" in outcome.message
