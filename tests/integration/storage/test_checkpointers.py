"""Checkpointers: a paused graph survives, and a forged blob runs nothing."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypedDict, cast

import ormsgpack
import pytest

from placet.errors import DatabaseMissing, SettingInvalid
from placet.storage.checkpoint_serde import StrictSerializer
from placet.storage.checkpointers import open_checkpointer

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage  # isort: skip - as in the product, strict mode first
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, empty_checkpoint
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Interrupt, interrupt

sys.path.insert(0, str(Path(__file__).parents[3]))  # the helper beside this folder is shared by several

from tests.integration.postgres import postgres_databases

CONFIG: RunnableConfig = {"configurable": {"thread_id": "run-1", "checkpoint_ns": ""}}


@pytest.fixture(scope="module")
def new_database() -> Iterator[Callable[[], str]]:
    with postgres_databases() as new:
        yield new


@pytest.fixture(params=["path", "sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    match request.param:
        case "path":
            return str(tmp_path / "checkpoints.db")
        case "sqlite":
            return f"sqlite:///{tmp_path / 'checkpoints.db'}"
        case _:
            return str(request.getfixturevalue("new_database")())


class State(TypedDict):
    answer: str
    messages: list[HumanMessage]


def ask(state: State) -> State:
    return {**state, "answer": str(interrupt({"changeset": "c-1"}))}


async def run(saver: BaseCheckpointSaver[str], given: Any) -> dict[str, Any]:
    builder = StateGraph(State)
    builder.add_node("ask", ask)
    builder.add_edge(START, "ask")
    builder.add_edge("ask", END)
    return cast("dict[str, Any]", await builder.compile(saver).ainvoke(given, CONFIG, durability="sync"))


async def test_a_paused_graph_goes_on_after_the_saver_was_closed(place: str) -> None:
    start: State = {"answer": "", "messages": [HumanMessage("hello", id="1")]}
    async with open_checkpointer(place) as saver:
        paused = await run(saver, start)
    async with open_checkpointer(place) as saver:
        ended = await run(saver, Command(resume="c-1"))
    assert paused["__interrupt__"][0].value == {"changeset": "c-1"}
    assert ended == {"answer": "c-1", "messages": [HumanMessage("hello", id="1")]}


async def write_forged(saver: BaseCheckpointSaver[str], blob: bytes) -> None:
    """Store an honest pending write, then put a forged value in its place, as someone with the database could."""
    config = await saver.aput(CONFIG, empty_checkpoint(), {}, {})
    await saver.aput_writes(config, [("answer", "honest")], "task-1")
    if isinstance(saver, AsyncSqliteSaver):
        await saver.conn.execute("UPDATE writes SET value = ?", (blob,))
        await saver.conn.commit()
    else:
        async with cast("Any", saver).conn.connection() as connection:
            await connection.execute("UPDATE checkpoint_writes SET blob = %s", (blob,))


async def test_a_forged_blob_loads_as_plain_data(place: str, tmp_path: Path) -> None:
    command = f"touch {tmp_path / 'ran'}"
    blob = ormsgpack.packb(ormsgpack.Ext(0, ormsgpack.packb(("os", "system", command))))
    async with open_checkpointer(place) as saver:
        await write_forged(saver, blob)
        found = await saver.aget_tuple(CONFIG)
    assert found is not None
    assert (found.pending_writes, (tmp_path / "ran").exists()) == ([("task-1", "answer", command)], False)


@pytest.mark.parametrize("code", range(6))
def test_no_kind_of_constructor_runs_what_a_blob_names(code: int, tmp_path: Path) -> None:
    proof = str(tmp_path / "ran")
    arguments: dict[int, Any] = {1: (proof,), 2: {"path": proof}, 4: {"path": proof}, 5: {"path": proof}}
    body = ormsgpack.packb(("os", "mkdir", arguments.get(code, proof), "__call__"))
    StrictSerializer().loads_typed(("msgpack", ormsgpack.packb(ormsgpack.Ext(code, body))))
    assert not Path(proof).exists()


@pytest.mark.parametrize("kind", ["pickle", "json", "msgpack+unheard-of"])
def test_other_forms_are_never_loaded(kind: str) -> None:
    blob = pickle.dumps("x") if kind == "pickle" else json.dumps("x").encode()
    with pytest.raises(ValueError, match="never loaded"):
        StrictSerializer().loads_typed((kind, blob))


class Opaque:
    """A value no form of a checkpoint has."""


def test_what_is_no_plain_value_is_not_stored_as_a_pickle() -> None:
    with pytest.raises(TypeError):
        StrictSerializer().dumps_typed(Opaque())


def test_what_a_run_stores_comes_back_as_it_was() -> None:
    kept = [
        AIMessage("", tool_calls=[{"name": "find", "args": {"n": 1}, "id": "t1"}]),
        ToolMessage("found", tool_call_id="t1"),
        Interrupt(value={"changeset": "c-1"}, id="i-1"),
        {"text": "x", "list": [1, 2.5, None, True]},
    ]
    serializer = StrictSerializer()
    assert serializer.loads_typed(serializer.dumps_typed(kept)) == kept
    command = serializer.loads_typed(serializer.dumps_typed(Command(resume="c-1")))
    assert (type(command), command.resume) == (Command, "c-1")


async def test_sqlite_is_as_durable_as_the_store(tmp_path: Path) -> None:
    async with open_checkpointer(tmp_path / "checkpoints.db") as saver:
        connection = cast("AsyncSqliteSaver", saver).conn
        modes = [
            await (await connection.execute(f"PRAGMA {name}")).fetchone() for name in ("journal_mode", "synchronous")
        ]
    assert modes == [("wal",), (2,)]


async def test_postgresql_has_a_pool_of_its_own(new_database: Callable[[], str]) -> None:
    async with open_checkpointer(new_database()) as saver:
        assert isinstance(saver, AsyncPostgresSaver)
        pool = cast("Any", saver).conn
        assert pool.max_size > 1
    assert pool.closed


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        async with open_checkpointer(tmp_path / "nowhere" / "checkpoints.db"):
            pass


async def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(SettingInvalid):
        async with open_checkpointer("mysql://host/db"):
            pass


def test_strict_mode_holds_even_if_langgraph_came_first() -> None:
    code = (
        "import langgraph.graph, placet.storage.checkpointers\n"
        "from langgraph._internal import _serde; from langgraph.checkpoint.serde import _msgpack\n"
        "raise SystemExit(not (_serde.STRICT_MSGPACK_ENABLED and _msgpack.STRICT_MSGPACK_ENABLED))"
    )
    clean = {name: value for name, value in os.environ.items() if name != "LANGGRAPH_STRICT_MSGPACK"}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=clean).returncode == 0
