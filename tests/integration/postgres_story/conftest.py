from collections.abc import Iterator

import pytest
from tests.integration.cli.commands import bare_environment, placet, project
from tests.integration.postgres_story.server import OwnServer, own_server

__all__ = ["bare_environment", "placet", "project"]


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    """A PostgreSQL that the tests of one file may kill; whoever kills it starts it again."""
    with own_server() as one:
        yield one
