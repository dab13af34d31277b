"""Tables of one embedded system, made from its object schemas, and the triggers that witness every change.

`requests` holds what the writer was asked, `mutations` what happened to the rows. SQLite itself fills `mutations`
through triggers, inside the transaction of the change, so a write that goes around the writer leaves a row without
a request. The row of `open_request` exists only inside a writer's transaction; nobody else ever sees it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Literal

from sqlalchemy import Boolean, Column, Connection, Index, Integer, MetaData, RowMapping, String, Table, Text

from placet.connectors.embedded.schema_crm import CRM
from placet.connectors.embedded.schema_erp import ERP
from placet.vocabulary import FieldSchema, Json, ObjectSchema

System = Literal["crm", "erp"]

SCHEMAS: Mapping[str, tuple[ObjectSchema, ...]] = {"crm": CRM, "erp": ERP}

PREFIXES: Mapping[str, tuple[str, int]] = {
    "crm.account": ("ACC", 1001),
    "crm.contact": ("CON", 1001),
    "crm.lead": ("LEAD", 1001),
    "crm.opportunity": ("OPP", 1001),
    "crm.note": ("NOTE", 1001),
    "crm.task": ("TASK", 1001),
    "erp.product": ("PRD", 1001),
    "erp.stock": ("STK", 1001),
    "erp.supplier": ("SUP", 1001),
    "erp.customer": ("CUS", 1001),
    "erp.sales_order": ("SO", 2001),
    "erp.purchase_order": ("PO", 3001),
    "erp.invoice": ("INV", 4001),
    "erp.credit_note": ("CN", 5001),
}
"""The prefix of an object's ids and the first number."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The schemas of a system and their tables."""

    metadata: MetaData
    schemas: Mapping[str, ObjectSchema]
    tables: Mapping[str, Table]
    counters: Table
    commitments: Table
    requests: Table
    open_request: Table
    mutations: Table


@cache
def layout(system: str) -> Layout:
    """The tables of `system` (`crm` or `erp`), built once."""
    metadata = MetaData()
    schemas = {schema.object: schema for schema in SCHEMAS[system]}
    return Layout(
        metadata=metadata,
        schemas=schemas,
        tables={name: _business_table(schema, metadata) for name, schema in schemas.items()},
        counters=Table(
            "counters",
            metadata,
            Column("object", String, primary_key=True),
            Column("next", Integer, nullable=False, comment="ids are never given twice, also after a delete"),
        ),
        commitments=Table(
            "commitments",
            metadata,
            Column("document", String, primary_key=True, comment="the order that holds the quantity"),
            Column("stock", String, primary_key=True),
            Column("field", String, primary_key=True, comment="reserved or incoming"),
            Column("quantity", Integer, nullable=False),
        ),
        requests=_requests(metadata),
        open_request=Table(
            "open_request",
            metadata,
            Column("one", Integer, primary_key=True),
            Column("request", Integer, nullable=False),
        ),
        mutations=_mutations(metadata),
    )


def _mutations(metadata: MetaData) -> Table:
    return Table(
        "mutations",
        metadata,
        Column("seq", Integer, primary_key=True, autoincrement=True),
        Column("request", Integer, nullable=True, comment="null: somebody wrote without a request"),
        Column("object", String, nullable=False),
        Column("record", String, nullable=False),
        Column("change", String, nullable=False, comment="insert, update or delete"),
        sqlite_autoincrement=True,
    )


def _requests(metadata: MetaData) -> Table:
    return Table(
        "requests",
        metadata,
        Column("seq", Integer, primary_key=True, autoincrement=True),
        Column("key", String, nullable=False, index=True),
        Column("dedupe", String, unique=True, comment="the key where the system honours one, else null"),
        Column("digest", String, nullable=False),
        Column("operation", Text, nullable=False, comment="canonical JSON"),
        Column("outcome", String, nullable=False),
        Column("record", String, nullable=False),
        Column("answer", Text, nullable=False, comment="version and values after the change, as JSON"),
        Column("at", String(32), nullable=False),
        sqlite_autoincrement=True,
    )


def _business_table(schema: ObjectSchema, metadata: MetaData) -> Table:
    table = Table(
        schema.object.partition(".")[2],
        metadata,
        Column("id", String, primary_key=True),
        *(column for field in schema.fields for column in _columns(field)),
        Column("version", Integer, nullable=False),
    )
    for field in schema.fields:
        if field.kind == "reference" or field.name == "name":
            Index(f"ix_{table.name}_{field.name}", table.c[field.name])
    return table


def _columns(field: FieldSchema) -> list[Column[int] | Column[str] | Column[bool]]:
    match field.kind:
        case "money":
            return [Column(f"{field.name}_minor", Integer), Column(f"{field.name}_currency", String(3))]
        case "integer":
            return [Column(field.name, Integer)]
        case "boolean":
            return [Column(field.name, Boolean(create_constraint=False))]
        case _:
            return [Column(field.name, Text)]


def encode(schema: ObjectSchema, values: Mapping[str, Json]) -> dict[str, Json]:
    """Field values as column values: money takes two columns and is stored exactly."""
    columns: dict[str, Json] = {}
    for name, value in values.items():
        field = schema.field(name)
        if field is not None and field.kind == "money":
            parts = value if isinstance(value, dict) else {}
            columns[f"{name}_minor"], columns[f"{name}_currency"] = parts.get("minor"), parts.get("currency")
        else:
            columns[name] = value
    return columns


def decode(schema: ObjectSchema, row: RowMapping) -> dict[str, Json]:
    """The values of a row, every field of the schema present."""
    values: dict[str, Json] = {}
    for field in schema.fields:
        if field.kind == "money":
            minor, currency = row[f"{field.name}_minor"], row[f"{field.name}_currency"]
            values[field.name] = None if minor is None else {"minor": minor, "currency": currency}
        else:
            values[field.name] = row[field.name]
    return values


def create_tables(connection: Connection, system: str) -> None:
    """Make the empty tables and the counters of `system`."""
    tables = layout(system)
    tables.metadata.create_all(connection)
    counters = [{"object": name, "next": PREFIXES[name][1]} for name in tables.schemas]
    connection.execute(tables.counters.insert(), counters)


def create_triggers(connection: Connection, system: str) -> None:
    """Start witnessing. Called last, so that what was seeded before is no egress."""
    for object, table in layout(system).tables.items():
        for change, row in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
            connection.exec_driver_sql(
                f"CREATE TRIGGER witness_{table.name}_{change} AFTER {change.upper()} ON {table.name} BEGIN "  # noqa: S608 - constants of this room
                "INSERT INTO mutations (request, object, record, change) "
                f"VALUES ((SELECT request FROM open_request), '{object}', {row}.id, '{change}'); END"
            )


def stamp(moment: datetime) -> str:
    """A time as it is stored: ISO 8601 in UTC with microseconds, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
