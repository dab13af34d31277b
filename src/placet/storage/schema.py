"""Create, check and upgrade the schema with Alembic."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from placet.errors import DatabaseVersion
from placet.storage.engine import explain, open_engine

HEAD = "0002"
"""The schema this code needs. A test holds it equal to the newest migration."""

_LOCK = 0x706C616D  # PostgreSQL advisory lock of whoever makes the tables; any constant does
_MIGRATIONS = Path(__file__).parent / "migrations"


def found_version(connection: Connection) -> str | None:
    """The schema version of a database, or `None` where placet has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def is_empty(url: str) -> bool:
    """Whether a database has no tables of placet yet.

    Raises:
        SettingInvalid: the URL cannot be used.
        DatabaseMissing: the folder of a SQLite file does not exist.
        DatabaseUnavailable: it does not answer.
    """
    engine = open_engine(url)
    try:
        with engine.connect().execution_options(placet_reads=True) as connection:
            return found_version(connection) is None
    except DBAPIError as error:
        raise explain(engine, error) from error
    finally:
        engine.dispose()


def ensure_schema(engine: Engine, *, upgrade: bool = False) -> None:
    """Make the schema where there is none; refuse another version unless `upgrade` is true.

    Raises:
        DatabaseVersion: the schema is older and `upgrade` is false, or it is newer than this code.
    """
    with engine.connect().execution_options(placet_reads=True) as connection:
        found = found_version(connection)
        connection.rollback()
    if found == HEAD:
        return
    if found is not None and not (upgrade and found < HEAD):
        raise DatabaseVersion(place=engine.url.render_as_string(hide_password=True), found=found, expected=HEAD)
    migrate(engine)


def migrate(engine: Engine) -> None:
    """Run all missing migrations in one transaction; of two processes that start at once the second finds none."""
    from alembic import command  # half a second to import, needed once in a database's life
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
