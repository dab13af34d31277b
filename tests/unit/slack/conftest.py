"""A database with a run in it and the reference policy: messages are drawn from rows, so tests write rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.slack.drafts import POLICIES, RUN, Ward

from placet.dispatch.inline import InlineDispatch
from placet.dispatch.virtual_clock import VirtualClock
from placet.rules import load_policies
from placet.storage import Store, Transaction
from placet.storage.run_rows import insert_run


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    clock = VirtualClock()
    store = Store.open(f"sqlite:///{tmp_path / 'placet.sqlite'}", clock=clock)

    def run(tx: Transaction) -> None:
        insert_run(
            tx, id=RUN, agent="sales-assistant", requester="riley", request="set hooli to 120", source="slack",
            channel="D1", thread="1.1", graph="assistant", graph_version="1",
        )  # fmt: skip

    store.write_now(run)
    yield Ward(store, InlineDispatch(store, clock), load_policies(POLICIES), clock)
    store.close()
