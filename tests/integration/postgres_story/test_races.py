"""Where PostgreSQL really runs transactions side by side: many want the same thing, and one gets it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest
from tests.integration.postgres_story.server import OwnServer
from tests.support.company import Company, company, two_directors
from tests.support.racing import at_once, race

from placet.dispatch.dbos_adapter import DbosDispatch
from placet.errors import DatabaseUnavailable
from placet.executor.claiming import Claimed, NotClaimed, claim
from placet.ledger import append, entries, verify
from placet.storage import Store, Transaction
from placet.storage.checkpointers import open_checkpointer
from placet.storage.schema import is_empty
from placet.vocabulary import DecisionKind, ProposalState

Databases = Callable[[], str]


@pytest.fixture
async def on_postgres(tmp_path: Path, new_postgres: Databases) -> AsyncIterator[Company]:
    """The company on PostgreSQL with one proposal that Dana or Omar may decide."""
    async with company(tmp_path, database=new_postgres(), project=two_directors(quorum=1)) as co:
        await co.ask("riley", "set hooli to 120000")
        yield co


async def test_of_eight_claims_at_once_one_gets_the_grant(on_postgres: Company) -> None:
    proposal = await on_postgres.only()
    await on_postgres.decide("dana", proposal, DecisionKind.APPROVE)
    seal, known = on_postgres.app.executor._seal, on_postgres.app.executor._known

    def take(number: int) -> Callable[[], Claimed | NotClaimed]:
        def run(tx: Transaction) -> Claimed | NotClaimed:
            return claim(tx, on_postgres.dispatch, known, seal, proposal_id=proposal.id, worker=f"w-{number}")

        return lambda: on_postgres.store.write_now(run)

    told = await at_once(*(take(number) for number in range(8)))
    assert [isinstance(one, Claimed) for one in told].count(True) == 1
    assert {one.held for one in told if isinstance(one, NotClaimed)} == {True}
    assert (await on_postgres.kinds()).count("proposal.executing") == 1


@pytest.mark.parametrize("rival", [DecisionKind.APPROVE, DecisionKind.REJECT])
async def test_of_two_decisions_at_once_one_counts(on_postgres: Company, rival: DecisionKind) -> None:
    told = await race(on_postgres, ("dana", DecisionKind.APPROVE), ("omar", rival))
    assert sorted(one.refused.reason if one.refused else "" for one in told) == ["", "already_decided"]
    assert (await on_postgres.kinds()).count("decision.recorded") == 1
    await on_postgres.dispatch.run_until_idle()
    approved = (await on_postgres.only()).state is ProposalState.DONE
    assert len(on_postgres.egress()) == approved


def test_appends_from_four_threads_are_one_chain(new_postgres: Databases) -> None:
    store = Store.open(new_postgres())
    start = threading.Barrier(4)

    def write(thread: int) -> None:
        start.wait()
        for number in range(25):
            store.write_now(lambda tx, n=number: append(tx, "test.noted", {"thread": thread, "number": n}))  # type: ignore[misc]  # bound as it is made

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    noted = store.read_now(entries)
    assert store.read_now(verify).entries == len(noted) == 100
    assert [one.seq for one in noted] == list(range(1, 101))
    for thread in range(4):
        assert [one.facts["number"] for one in noted if one.facts["thread"] == thread] == list(range(25))
    store.close()


async def test_four_processes_may_make_the_tables_at_once(new_postgres: Databases) -> None:
    url = new_postgres()

    def open_all() -> None:
        store = Store.open(url)
        DbosDispatch.client(store)
        store.close()

    async def checkpoints() -> None:
        async with AsyncExitStack() as stack:
            await asyncio.gather(*(stack.enter_async_context(open_checkpointer(url)) for _ in range(4)))

    assert is_empty(url)
    await at_once(open_all, open_all, open_all, open_all)
    await checkpoints()
    assert not is_empty(url)


def test_a_role_that_owns_nothing_but_its_database_is_enough(server: OwnServer) -> None:
    server.new_role("placet")
    url = server.new_database(owner="placet")
    store = Store.open(url)
    DbosDispatch.client(store)
    store.close()
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT DISTINCT schemaname, tableowner FROM pg_tables WHERE tableowner = 'placet'")
        assert sorted(rows) == [("dbos", "placet"), ("public", "placet")]


async def test_checkpoints_without_their_server_say_so_at_once(server: OwnServer) -> None:
    url = server.new_database()
    await asyncio.to_thread(server.kill)
    try:
        with pytest.raises(DatabaseUnavailable, match="does not answer"):
            async with open_checkpointer(url):
                pass
    finally:
        await asyncio.to_thread(server.start)
