"""Version tokens of each grade, and what a write compares them with."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import ColumnElement, String, Table, cast, func

from placet.connectors.embedded.rows import Stored
from placet.vocabulary import Grade, ObjectSchema, canonical

_TO_THE_SECOND = len("2026-03-31T09:00:00")


def token(grade: Grade, schema: ObjectSchema, stored: Stored) -> str:
    """The version a reader tells: a number, a time in whole seconds, a hash of the fields, or nothing."""
    match grade:
        case Grade.ATOMIC:
            return str(stored.version)
        case Grade.WEAK:
            return stored.text("updated_at")[:_TO_THE_SECOND]
        case Grade.CLIENT_CHECK:
            # Times the system sets itself are left out: they say that someone wrote, not that anything differs.
            own = {field.name: stored.values[field.name] for field in schema.fields if not _is_stamp(field.name)}
            return f"fieldhash:{hashlib.sha256(canonical(own)).hexdigest()[:32]}"
        case Grade.NONE:
            return ""


def guard(grade: Grade, table: Table, base_version: str) -> Sequence[ColumnElement[bool]]:
    """What must hold for a row to be written, said to the database itself; nothing for the two lower grades."""
    match grade:
        case Grade.ATOMIC:
            return [cast(table.c.version, String) == base_version]
        case Grade.WEAK:
            return [func.substr(table.c.updated_at, 1, _TO_THE_SECOND) == base_version]
        case Grade.CLIENT_CHECK | Grade.NONE:
            return []


def _is_stamp(field: str) -> bool:
    return field in {"created_at", "updated_at"}
