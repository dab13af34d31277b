"""Records as rows: the few statements the reader, the writer and the seeding share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, func, select

from placet.connectors.embedded.tables import PREFIXES, Layout, decode, encode, layout
from placet.vocabulary import Json, ObjectSchema


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it is stored. `version` counts its changes from 1."""

    id: str
    values: Mapping[str, Json]
    version: int

    def text(self, field: str) -> str:
        """The value of a text or reference field; empty where there is none."""
        value = self.values.get(field)
        return value if isinstance(value, str) else ""

    def number(self, field: str) -> int:
        """The value of a whole-number field; 0 where there is none."""
        value = self.values.get(field)
        return value if isinstance(value, int) else 0


class Rows:
    """The rows of one system over one connection. `now` is the time changes are stamped with."""

    def __init__(self, connection: Connection, system: str, now: str = "") -> None:
        self.connection = connection
        self.layout: Layout = layout(system)
        self._now = now

    def schema(self, object: str) -> ObjectSchema:
        """The schema of an object of this system."""
        return self.layout.schemas[object]

    def table(self, object: str) -> Table:
        """The table of an object of this system."""
        return self.layout.tables[object]

    def get(self, object: str, record: str) -> Stored | None:
        """One record, or `None`."""
        table = self.table(object)
        row = self.connection.execute(select(table).where(table.c.id == record)).mappings().first()
        return None if row is None else self.stored(object, row)

    def find(self, object: str, **equal: Json) -> Sequence[Stored]:
        """Records whose columns equal all of `equal`, in the order of their ids."""
        table = self.table(object)
        query = select(table).where(*(table.c[name] == value for name, value in equal.items())).order_by(table.c.id)
        return [self.stored(object, row) for row in self.connection.execute(query).mappings()]

    def stored(self, object: str, row: RowMapping) -> Stored:
        """A row of the object's table as a record."""
        return Stored(row["id"], decode(self.schema(object), row), row["version"])

    def add(self, object: str, values: Mapping[str, Json]) -> str:
        """Insert a record and give its id. A field that the system numbers takes the id as its name."""
        record = self._next_id(object)
        given = dict(values)
        given.setdefault("name", record)
        given |= {"created_at": self._now, "updated_at": self._now}
        columns = encode(self.schema(object), given)
        self.connection.execute(self.table(object).insert().values(id=record, version=1, **columns))
        return record

    def set(
        self, object: str, record: str, values: Mapping[str, Json], guard: Sequence[ColumnElement[bool]] = ()
    ) -> bool:
        """Change fields where `guard` holds; whether a row was changed."""
        table = self.table(object)
        columns = encode(self.schema(object), dict(values) | {"updated_at": self._now})
        change = table.update().where(table.c.id == record, *guard).values(version=table.c.version + 1, **columns)
        return self.connection.execute(change).rowcount == 1

    def remove(self, object: str, record: str, guard: Sequence[ColumnElement[bool]] = ()) -> bool:
        """Delete a record where `guard` holds; whether a row went."""
        table = self.table(object)
        return self.connection.execute(table.delete().where(table.c.id == record, *guard)).rowcount == 1

    def users(self, object: str, record: str) -> Sequence[tuple[str, int]]:
        """Which objects refer to a record, and how many of their records do."""
        counts: list[tuple[str, int]] = []
        for other in self.layout.schemas.values():
            table = self.table(other.object)
            pointing = [table.c[field.name] == record for field in other.fields if field.reference == object]
            if pointing:
                query = select(func.count()).select_from(table).where(_any(pointing))
                count = self.connection.execute(query).scalar_one()
                counts += [(other.noun, count)] if count else []
        return counts

    def _next_id(self, object: str) -> str:
        counters = self.layout.counters
        mine = counters.c.object == object
        number = self.connection.execute(select(counters.c.next).where(mine)).scalar_one()
        self.connection.execute(counters.update().where(mine).values(next=number + 1))
        return f"{PREFIXES[object][0]}-{number}"


def _any(clauses: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    first, *others = clauses
    for other in others:
        first = first | other
    return first
