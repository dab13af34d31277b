"""The schema: migrations and tables agree, and another version is refused with a sentence."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from placet.errors import DatabaseMissing, DatabaseVersion, SettingInvalid
from placet.storage import Store
from placet.storage import schema as schema_of
from placet.storage.engine import open_engine
from placet.storage.schema import HEAD, found_version
from placet.storage.store import explain
from placet.storage.tables import metadata

MIGRATIONS = Path(schema_of.__file__).parent / "migrations"


def newest() -> str:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return str(ScriptDirectory.from_config(config).get_current_head())


def marked(url: str, version: str) -> None:
    """Say that a database has another version."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    engine.dispose()


def test_the_code_needs_the_newest_migration() -> None:
    assert newest() == HEAD


def test_migrations_make_exactly_the_tables_the_code_describes(database: str) -> None:
    store = Store.open(database)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        assert compare_metadata(context, metadata) == []
    store.close()


def test_checks_and_unique_rules_are_in_the_migrations_too(database: str) -> None:
    store = Store.open(database)
    with store.engine.connect() as connection:
        for statement in ("INSERT INTO proposals (state) VALUES ('sent')", "INSERT INTO runs (state) VALUES ('x')"):
            with pytest.raises(Exception, match=r"(?i)constraint|null value"):
                connection.execute(text(statement))
            connection.rollback()
    store.close()


def test_an_empty_database_gets_the_schema_and_a_second_opening_leaves_it(database: str) -> None:
    for _ in range(2):
        store = Store.open(database)
        with store.engine.connect() as connection:
            assert found_version(connection) == HEAD
        store.close()


@pytest.mark.parametrize("version", ["0000", "9999", "unheard-of"])
def test_another_version_is_refused_with_a_sentence(database: str, version: str) -> None:
    Store.open(database).close()
    marked(database, version)
    with pytest.raises(DatabaseVersion) as caught:
        Store.open(database)
    assert f"has schema `{version}`, this placet needs `{HEAD}`" in str(caught.value)
    assert "placet doctor --upgrade" in caught.value.next_step
    marked(database, HEAD)


def test_a_newer_version_is_refused_even_when_an_upgrade_is_asked_for(database: str) -> None:
    Store.open(database).close()
    marked(database, "9999")
    with pytest.raises(DatabaseVersion):
        Store.open(database, upgrade=True)
    marked(database, HEAD)


def test_an_older_database_is_upgraded_when_that_is_asked_for(tmp_path: Path) -> None:
    url = at_first_version(tmp_path)
    with pytest.raises(DatabaseVersion):
        Store.open(url)
    store = Store.open(url, upgrade=True)
    with store.engine.connect() as connection:
        assert found_version(connection) == HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    store.close()


def at_first_version(folder: Path) -> str:
    """A database as the first migration left it."""
    from alembic import command

    url, config = f"sqlite:///{folder / 'old.sqlite'}", Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = open_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    return url


def test_the_password_of_a_database_is_in_no_error() -> None:
    error = DBAPIError("SELECT 1", {}, ConnectionError("gone"))
    told = explain(create_engine("postgresql+psycopg://placet:canary-4711@127.0.0.1/x"), error)
    assert "canary-4711" not in f"{told} {told!r} {told.next_step}"


@pytest.mark.parametrize("url", ["sqlite:///no/such/folder/x.sqlite", "sqlite://", "sqlite:///:memory:/x"])
def test_a_folder_that_is_not_there_is_named(url: str) -> None:
    with pytest.raises(DatabaseMissing):
        Store.open(url)


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "", "oracle://a"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        Store.open(url)
    assert caught.value.setting == "database.url"
