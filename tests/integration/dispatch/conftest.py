"""Stores on both databases, and workers that are stopped at the end of a test whatever happened."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from placet.dispatch.dbos_adapter import DbosDispatch
from placet.storage import Store

sys.path.insert(0, str(Path(__file__).parents[3]))  # the helper beside this folder is shared by several

from tests.integration.postgres import postgres_databases

MakeWorker = Callable[..., DbosDispatch]


@pytest.fixture(scope="session")
def new_database() -> Iterator[Callable[[], str]]:
    with postgres_databases() as new:
        yield new


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'placet.db'}"
    return str(request.getfixturevalue("new_database")())


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url)
    yield opened
    opened.close()


@pytest.fixture
async def worker(store: Store) -> AsyncIterator[MakeWorker]:
    made: list[DbosDispatch] = []

    def make(**settings: Any) -> DbosDispatch:
        made.append(DbosDispatch(store, worker_id=f"worker-{uuid4()}", **settings))
        return made[-1]

    yield make
    for dispatch in made:
        await dispatch.stop_worker()
