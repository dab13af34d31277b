"""What holds for every test: no network, and nothing reaches a system that nobody approved."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # helpers are imported by their full name: tests.support

from tests.support.oracle import Oracle, watched
from tests.support.sockets import loopback_only

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
