"""What holds for every test: no network, and nothing reaches a system that nobody approved."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # helpers are imported by their full name: tests.support

from tests.support.oracle import Oracle, watched
from tests.support.sockets import loopback_only

if TYPE_CHECKING:
    from tests.support.company import Company

OWN_GRANTS = ("tests/integration/connectors/",)
"""Rooms whose tests hold a writer themselves, with grants of their own and no database to account for them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    root = Path(__file__).parents[1]
    for item in items:
        if item.path.is_relative_to(root) and str(item.path.relative_to(root)).startswith(OWN_GRANTS):
            item.add_marker(pytest.mark.own_grants)


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    with loopback_only() as tried:
        yield
    assert not tried, f"the test tried to reach {', '.join(tried)}"


@pytest.fixture(autouse=True)
def egress_oracle(request: pytest.FixtureRequest) -> Iterator[Oracle]:
    """Whatever a test is about: each change a system saw is one claimed proposal, and every ledger verifies."""
    with watched() as oracle:
        oracle.verify_ledgers = request.node.get_closest_marker("damages_ledger") is None
        yield oracle
        if request.node.get_closest_marker("own_grants") is None:
            problems = oracle.problems()
            assert not problems, "\n".join(problems)


@pytest.fixture
async def co(tmp_path: Path) -> "AsyncIterator[Company]":
    """The seeded company with nothing asked yet; its model sets the Hooli deal's amount or logs a note."""
    from tests.support.company import company  # loads the models and the graph engine, which most tests do not need

    async with company(tmp_path) as opened:
        yield opened


@pytest.fixture
async def asked(co: "Company") -> "Company":
    """The company with one proposal that waits for a sales director."""
    await co.ask("riley", "set hooli to 120000")
    return co


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[Callable[[], str]]:
    """Makes an empty PostgreSQL database and gives its URL."""
    import psycopg
    from tests.integration.postgres import postgres_databases  # starts a server, which few tests need

    with postgres_databases() as new:
        with psycopg.connect(new(), autocommit=True) as connection:
            # What is thrown away need not reach the disk: flushing it would take the server half a minute to stop.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield new


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database: SQLite, and once more PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'placet.sqlite'}"
    return str(request.getfixturevalue("new_postgres")())
