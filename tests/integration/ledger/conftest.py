"""A database with a ledger and a clock that tests turn."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from placet.ledger import append
from placet.ledger.keys import LedgerSigner
from placet.storage import Store, Transaction
from placet.vocabulary import Secret


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'placet.sqlite'}", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def signer() -> LedgerSigner:
    return LedgerSigner.from_secret(Secret("1" * 64), "example.com/deals")


@pytest.fixture
def write(store: Store) -> Callable[..., None]:
    """`write(5)` appends five entries."""

    def append_some(count: int, kind: str = "tool.read") -> None:
        def work(tx: Transaction) -> None:
            for number in range(count):
                append(tx, kind, {"number": number, "tool": "find_deals"}, run="r1", proposal="p1")

        store.write_now(work)

    return append_some


@pytest.fixture
def sql(store: Store) -> Callable[[str], None]:
    """Changes the database behind the ledger's back."""

    def run(statement: str) -> None:
        store.write_now(lambda tx: tx.connection.execute(text(statement)))

    return run
