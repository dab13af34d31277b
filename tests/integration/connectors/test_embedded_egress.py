"""What left, as the database itself saw it: every change belongs to exactly one request that asked for it."""

import asyncio
import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.connectors.embedded_desk import Desk

from placet.connectors.embedded import EmbeddedSystem, Faults
from placet.testing.conformance_connectors import grant_for, let_pass, send
from placet.vocabulary import Operation, OperationKind, Outcome, OutcomeKind

RECORDS = st.sampled_from(["ACC-1001", "ACC-1002", "ACC-1003"])
ACCOUNTS = st.one_of(
    st.builds(
        lambda name: Operation(OperationKind.CREATE, "crm.account", "", {"name": name}, "create"),
        st.sampled_from(["Hooli", "Globex", ""]),
    ),
    st.builds(
        lambda record, status: Operation(OperationKind.UPDATE, "crm.account", record, {"status": status}, "update"),
        RECORDS,
        st.sampled_from(["customer", "former", "nonsense"]),
    ),
    st.builds(lambda record: Operation(OperationKind.DELETE, "crm.account", record, {}, "delete"), RECORDS),
)
LOST = st.sampled_from(["", "", "before", "after"])
Steps = list[tuple[Operation, str, str, str]]
STEPS = st.lists(
    st.tuples(ACCOUNTS, LOST, st.sampled_from(["1", "2", "3"]), st.sampled_from(["a", "b", "c", "d", "e"])),
    max_size=12,
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    system = EmbeddedSystem("crm", tmp_path_factory.mktemp("empty") / "crm.sqlite")
    system.create()
    return system.path


async def play(system: EmbeddedSystem, steps: Steps) -> list[tuple[str, Operation, Outcome]]:
    answers, faults = [], Faults()
    writer = system.writer(let_pass, faults=faults)
    for operation, lost, base, key in steps:
        faults.timeout_before_commit, faults.timeout_after_commit = lost == "before", lost == "after"
        answers.append((key, operation, await send(writer, operation, key=key, base_version=base)))
    writer.close()
    return answers


@given(STEPS)
@settings(max_examples=25, deadline=None)
def test_mutations_and_requests_stay_one_to_one_whatever_is_sent(empty: Path, steps: Steps) -> None:
    with TemporaryDirectory() as folder:
        system = EmbeddedSystem("crm", Path(shutil.copy(empty, folder)))
        answers = asyncio.run(play(system, steps))
        seen = system.egress()
        with sqlite3.connect(system.path) as connection:
            asked = connection.execute("SELECT key, record FROM requests ORDER BY seq").fetchall()
            left_open = connection.execute("SELECT count(*) FROM open_request").fetchone()
        connection.close()
    assert [(row.key, row.record) for row in seen] == asked
    assert max(Counter(row.key for row in seen).values(), default=1) == 1
    assert left_open == (0,)
    approved = {grant_for(operation, key).digest for key, operation, _outcome in answers}
    assert {row.digest for row in seen} <= approved
    applied = {key for key, _operation, outcome in answers if outcome.kind is OutcomeKind.APPLIED}
    assert applied <= {row.key for row in seen}


async def test_a_change_carries_the_key_the_digest_and_the_payload_of_its_request(crm: Desk) -> None:
    operation = Operation(OperationKind.UPDATE, "crm.account", "ACC-1001", {"phone": "1"}, "update")
    await crm.send(operation, key="proposal-1")
    (row,) = crm.system.egress()
    assert (row.key, row.object, row.record, row.change) == ("proposal-1", "crm.account", "ACC-1001", "update")
    assert row.digest == grant_for(operation, "proposal-1").digest
    assert row.operation == operation.to_json()


async def test_every_row_a_cascade_touches_belongs_to_the_same_request(erp: Desk) -> None:
    outcome = await erp.transition("erp.sales_order", "SO-2041", "confirm")
    rows = erp.system.egress()
    assert outcome.kind is OutcomeKind.APPLIED
    assert [(row.object, row.record) for row in rows] == [("erp.sales_order", "SO-2041"), ("erp.stock", "STK-1001")]
    assert len({row.key for row in rows}) == 1


async def test_a_write_around_the_writer_is_seen_and_belongs_to_nobody(crm: Desk) -> None:
    await crm.update("crm.account", "ACC-1001", phone="1")
    with sqlite3.connect(crm.system.path) as connection:
        connection.execute("UPDATE account SET phone = '2' WHERE id = 'ACC-1002'")
        connection.execute("DELETE FROM task WHERE id = 'TASK-1001'")
    connection.close()
    rows = [(row.key is None, row.record, row.change) for row in crm.system.egress()[1:]]
    assert rows == [(True, "ACC-1002", "update"), (True, "TASK-1001", "delete")]


async def test_seeding_is_no_egress(crm: Desk, erp: Desk) -> None:
    assert crm.system.egress() == erp.system.egress() == []


async def test_a_refused_change_leaves_no_request(crm: Desk) -> None:
    await crm.update("crm.account", "ACC-1001", status="nonsense")
    await crm.delete("crm.account", "ACC-1001")
    assert crm.system.egress() == []
