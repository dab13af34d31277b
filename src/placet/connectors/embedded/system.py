"""One embedded system: its file, its reader, its writer and the record of what left."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from placet.connectors.embedded.files import SystemFile, new_file
from placet.connectors.embedded.options import EmbeddedOptions, Faults
from placet.connectors.embedded.reader import EmbeddedReader
from placet.connectors.embedded.tables import System, create_tables, create_triggers, layout
from placet.connectors.embedded.writer import EmbeddedWriter, Verify
from placet.vocabulary import Clock, Json, system_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressRow:
    """One row that changed, as the database itself saw it.

    `key` and `digest` are those of the request in whose transaction it changed; `key` is `None` when somebody wrote
    without a request. `change` is `insert`, `update` or `delete`; `operation` is the payload of the request.
    """

    seq: int
    key: str | None
    digest: str
    object: str
    record: str
    change: str
    operation: Mapping[str, Json] | None


class EmbeddedSystem:
    """The CRM (`crm`) or the ERP (`erp`) in one SQLite file at `path`."""

    def __init__(
        self, system: System, path: Path, *, options: EmbeddedOptions | None = None, clock: Clock = system_clock
    ) -> None:
        self.system: System = system
        self.path = path
        self._options = options or EmbeddedOptions()
        self._clock = clock

    def exists(self) -> bool:
        """Whether the file is there."""
        return self.path.is_file()

    def create(self) -> None:
        """Make an empty system, in place of one that may be there."""
        new_file(self.path)
        file = self._file(readonly=False)
        with file.connect() as connection, connection.begin():
            create_tables(connection, self.system)
            create_triggers(connection, self.system)
        file.close()

    def reader(self) -> EmbeddedReader:
        """A reader; it opens the file read-only."""
        return EmbeddedReader(self.path, self.system, self._clock, options=self._options)

    def writer(self, verify: Verify, *, faults: Faults | None = None) -> EmbeddedWriter:
        """A writer that sends nothing `verify` does not let pass."""
        return EmbeddedWriter(
            self.path, self.system, verify=verify, options=self._options, faults=faults, clock=self._clock
        )

    def egress(self) -> list[EgressRow]:
        """Every row that changed since the system was made or seeded, oldest first.

        Raises:
            SystemMissing: the file is not there.
        """
        tables = layout(self.system)
        seen, asked = tables.mutations, tables.requests
        query = (
            select(seen, asked.c.key, asked.c.digest, asked.c.operation)
            .outerjoin(asked, asked.c.seq == seen.c.request)
            .order_by(seen.c.seq)
        )
        file = self._file(readonly=True)
        with file.connect() as connection:
            rows: Sequence[Mapping[str, object]] = [dict(row) for row in connection.execute(query).mappings()]
        file.close()
        return [_egress_row(row) for row in rows]

    def _file(self, *, readonly: bool) -> SystemFile:
        return SystemFile(self.path, self.system, readonly=readonly, busy_timeout_ms=self._options.busy_timeout_ms)


def _egress_row(row: Mapping[str, object]) -> EgressRow:
    key, operation = row["key"], row["operation"]
    return EgressRow(
        seq=int(str(row["seq"])),
        key=None if key is None else str(key),
        digest=str(row["digest"] or ""),
        object=str(row["object"]),
        record=str(row["record"]),
        change=str(row["change"]),
        operation=None if operation is None else json.loads(str(operation)),
    )
