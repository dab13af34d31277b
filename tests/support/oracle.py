"""Watches what a test opens, and holds it against the egress oracle and the ledger when the test is over."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from placet.connectors.embedded import EmbeddedSystem
from placet.connectors.embedded.system import EgressRow
from placet.ledger import verify
from placet.storage import Store
from placet.storage.engine import open_engine
from placet.storage.schema import found_version
from placet.testing.egress import Claim, check_egress, claims


class Oracle:
    """Every embedded system and every database that a test opened."""

    def __init__(self) -> None:
        self.systems: dict[Path, EmbeddedSystem] = {}
        self.open: dict[int, Store] = {}
        self.urls: dict[str, Mapping[str, Claim]] = {}
        self.verify_ledgers = True

    def problems(self) -> tuple[str, ...]:
        """What the oracle says about everything that was opened so far."""
        for store in list(self.open.values()):
            self.look(store)
        for url in list(self.urls):
            self._look_again(url)
        seen: list[tuple[str, list[EgressRow]]] = [
            (system.system, system.egress()) for system in self.systems.values() if system.exists()
        ]
        return check_egress(seen, self.urls.values())

    def look(self, store: Store) -> None:
        """Remember what a database claims, and verify its ledger."""
        with store.engine.connect().execution_options(placet_reads=True) as connection:
            if found_version(connection) is None:
                return
        self.urls[store.engine.url.render_as_string(hide_password=False)] = store.read_now(claims)
        if self.verify_ledgers:
            store.read_now(verify)

    def _look_again(self, url: str) -> None:
        """A file may have changed after this process closed it, or be gone with everything it accounts for."""
        file = Path(url.removeprefix("sqlite:///"))
        if not url.startswith("sqlite"):
            return
        if not file.is_file():
            del self.urls[url]
            return
        engine = open_engine(url)
        store = Store(engine)
        self.open.pop(id(store), None)
        self.look(store)
        engine.dispose()


@contextmanager
def watched() -> Iterator[Oracle]:
    """Watch every `EmbeddedSystem` and `Store` that is made from here on."""
    oracle = Oracle()
    make_system, make_store, close = EmbeddedSystem.__init__, Store.__init__, Store.close

    def system_made(self: EmbeddedSystem, *args: object, **options: object) -> None:
        make_system(self, *args, **options)  # type: ignore[arg-type]  # passed on as it came
        oracle.systems[self.path] = self

    def store_made(self: Store, *args: object, **options: object) -> None:
        make_store(self, *args, **options)  # type: ignore[arg-type]  # passed on as it came
        oracle.open[id(self)] = self

    def store_closed(self: Store) -> None:
        if oracle.open.pop(id(self), None) is not None:
            oracle.look(self)
        close(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EmbeddedSystem, "__init__", system_made)
        patch.setattr(Store, "__init__", store_made)
        patch.setattr(Store, "close", store_closed)
        yield oracle
