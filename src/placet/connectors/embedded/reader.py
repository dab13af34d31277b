"""The reader of an embedded system: a connection that cannot write."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Select, select
from sqlalchemy.exc import DBAPIError

from placet.connectors.embedded.effects import derived, locked, plan
from placet.connectors.embedded.files import SystemFile
from placet.connectors.embedded.options import EmbeddedOptions
from placet.connectors.embedded.rows import Rows, Stored
from placet.connectors.embedded.searching import after_cursor, clause, cursor_after
from placet.connectors.embedded.tables import layout
from placet.connectors.embedded.versions import token
from placet.connectors.names import Named, match, nearest
from placet.errors import ChangeRefused, ConnectorError, RecordMissing
from placet.vocabulary import (
    Capabilities,
    Clock,
    Condition,
    ObjectSchema,
    Operation,
    OperationKind,
    Page,
    Record,
    in_words,
    system_clock,
)

VERSION = "embedded-1"

MOST_RECORDS = 200
"""A page never holds more."""

_ALIASES: Mapping[str, str] = {
    "crm.contact": "email",
    "crm.lead": "email",
    "erp.product": "sku",
    "erp.customer": "account_number",
}
_CHANGING_VERBS = ("create", "update", "delete")

T = TypeVar("T")


class EmbeddedReader:
    """Reads one embedded system (see `placet.connectors.protocol.Reader`). `clock` stamps what was fetched."""

    version = VERSION

    def __init__(
        self, path: Path, system: str, clock: Clock = system_clock, *, options: EmbeddedOptions | None = None
    ) -> None:
        self.system = system
        self._clock = clock
        self._options = options or EmbeddedOptions()
        self._file = SystemFile(path, system, readonly=True, busy_timeout_ms=self._options.busy_timeout_ms)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def objects(self) -> Sequence[str]:
        """The full names of all objects."""
        return tuple(layout(self.system).schemas)

    def describe(self, object: str) -> ObjectSchema:
        """The shape of an object.

        Raises:
            ConnectorError: the system has no such object.
        """
        schema = layout(self.system).schemas.get(object)
        if schema is None:
            raise ConnectorError(system=self.system, reason=f"it has no object `{object}`")
        return schema

    def capabilities(self, object: str) -> Capabilities:
        """What can be done with an object: everything, with the guarantees the options name."""
        schema, options = self.describe(object), self._options.of(object)
        return Capabilities(
            create=True,
            update=True,
            delete=True,
            transition=bool(schema.transitions),
            grade=options.grade,
            idempotency=options.idempotency,
            undo=options.undo,
        )

    async def read(self, object: str, record: str) -> Record:
        """One record by id.

        Raises:
            RecordMissing: it is not there.
            ConnectorError: the object is unknown or the system does not answer.
        """
        self.describe(object)
        stored = await self._ask(lambda rows: rows.get(object, record))
        if stored is None:
            raise RecordMissing(object=object, record=record)
        return self._record(object, stored)

    async def search(
        self, object: str, where: Sequence[Condition] = (), *, limit: int = 20, cursor: str | None = None
    ) -> Page:
        """Records for which all conditions hold, by id; at most 200 whatever `limit` says.

        Raises:
            ConnectorError: a condition or the cursor is wrong, `limit` is below 1, or the system does not answer.
        """
        schema = self.describe(object)
        if limit < 1:
            raise ConnectorError(system=self.system, reason=f"a page of {limit} records cannot be asked for")
        most = min(limit, MOST_RECORDS)
        table = layout(self.system).tables[object]
        query = select(table).where(*(clause(schema, table, one) for one in where)).order_by(table.c.id)
        if cursor is not None:
            query = query.where(table.c.id > after_cursor(schema, cursor))
        found = await self._select(object, query.limit(most + 1))
        records = tuple(self._record(object, stored) for stored in found[:most])
        return Page(records=records, cursor=cursor_after(records[-1].id) if len(found) > most else None)

    async def named(self, object: str, said: str, *, limit: int = 6) -> Sequence[Record]:
        """Records that `said` may mean, best first (see `placet.connectors.names`).

        A deal is also found by words of its account's name.

        Raises:
            ConnectorError: the object is unknown or the system does not answer.
        """
        schema = self.describe(object)
        known = await self._ask(lambda rows: _named(rows, object))
        chosen = match(said, known, noun=schema.noun, limit=limit)
        if not chosen:
            return ()
        table = layout(self.system).tables[object]
        found = {one.id: one for one in await self._select(object, select(table).where(table.c.id.in_(chosen)))}
        return [self._record(object, found[record]) for record in chosen if record in found]

    async def nearest(self, object: str, said: str, *, limit: int = 3) -> Sequence[str]:
        """Names that look like `said`, for a hint where `named` found nothing."""
        self.describe(object)
        known = await self._ask(lambda rows: _named(rows, object))
        return nearest(said, {one.name for one in known}, limit=limit)

    async def cascades(self, operation: Operation) -> Sequence[str]:
        """What else the system will change, or why it will refuse."""
        self.describe(operation.object)
        return await self._ask(lambda rows: _foretell(rows, operation))

    async def probe(self) -> Mapping[str, Mapping[str, bool]]:
        """What this credential may do: it reads, and the database itself forbids it everything else.

        Raises:
            ConnectorError: the system does not answer.
        """
        return await self._ask(self._probe)

    def _probe(self, rows: Rows) -> Mapping[str, Mapping[str, bool]]:
        writes = rows.connection.exec_driver_sql("PRAGMA query_only").scalar_one() == 0
        found: dict[str, Mapping[str, bool]] = {}
        for object, schema in rows.layout.schemas.items():
            rows.connection.execute(select(rows.table(object).c.id).limit(1))
            verbs = (*_CHANGING_VERBS, *(step.name for step in schema.transitions))
            found[object] = {"read": True, **dict.fromkeys(verbs, writes)}
        return found

    async def _select(self, object: str, query: "Select[tuple[object, ...]]") -> Sequence[Stored]:
        return await self._ask(
            lambda rows: [rows.stored(object, row) for row in rows.connection.execute(query).mappings()]
        )

    async def _ask(self, question: Callable[[Rows], T]) -> T:
        def run() -> T:
            with self._file.connect() as connection:
                return question(self._rows(connection))

        try:
            return await asyncio.to_thread(run)
        except DBAPIError as error:
            raise ConnectorError(system=self.system, reason=str(error.orig)) from error

    def _rows(self, connection: Connection) -> Rows:
        return Rows(connection, self.system)

    def _record(self, object: str, stored: Stored) -> Record:
        schema = layout(self.system).schemas[object]
        return Record(
            object=object,
            id=stored.id,
            name=stored.text(schema.name_field) or stored.id,
            values=stored.values,
            version=token(self._options.of(object).grade, schema, stored),
            fetched_at=self._clock(),
        )


def _named(rows: Rows, object: str) -> Sequence[Named]:
    table = rows.table(object)
    alias = table.c[_ALIASES[object]] if object in _ALIASES else None
    if object == "crm.opportunity":
        account = rows.table("crm.account")
        query = select(table.c.id, table.c.name, account.c.name.label("context")).outerjoin(
            account, account.c.id == table.c.account
        )
        return [Named(row.id, row.name or "", context=row.context or "") for row in rows.connection.execute(query)]
    columns = [table.c.id, table.c.name] if alias is None else [table.c.id, table.c.name, alias]
    found = rows.connection.execute(select(*columns)).all()
    return [Named(row[0], row[1] or "", tuple(one for one in row[2:] if one)) for row in found]


def _foretell(rows: Rows, operation: Operation) -> Sequence[str]:
    if operation.kind in {OperationKind.CREATE, OperationKind.CALL}:
        total = derived(rows, operation.object, operation.fields).get("total")
        return (f"the total will be {in_words(total)}",) if total else ()
    stored = rows.get(operation.object, operation.record)
    if stored is None:
        return (f"the system will refuse: no {operation.object} `{operation.record}` is visible",)
    try:
        return _effects(rows, operation, stored)
    except ChangeRefused as error:
        return (f"the system will refuse: {error.reason}",)


def _effects(rows: Rows, operation: Operation, stored: Stored) -> Sequence[str]:
    if operation.kind is OperationKind.TRANSITION:
        schema = rows.schema(operation.object)
        planned = tuple(effect.words for effect in plan(rows, operation, stored))
        said = next(step.cascades for step in schema.transitions if step.name == operation.verb)
        return planned or said
    locked(rows, operation, stored)
    if operation.kind is OperationKind.DELETE:
        users = rows.users(operation.object, operation.record)
        return tuple(f"the system will refuse: {count} {noun} still use it" for noun, count in users)
    touched = operation.fields.keys() & {"quantity", "unit_price", "product"}
    total = derived(rows, operation.object, dict(stored.values) | dict(operation.fields)).get("total")
    return (f"the total becomes {in_words(total)}",) if touched and total else ()
