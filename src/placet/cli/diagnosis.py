"""The rows of `placet doctor`. Nothing here changes anything, but for `--upgrade`."""

import os
import platform
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from placet.cli.audit_health import look_at_heads
from placet.cli.liveness import workers_alive
from placet.cli.reaching import look_at_model, look_at_slack
from placet.cli.rows import Row, fail, of_error, ok, warn
from placet.cli.serving import ASSURANCE
from placet.connectors.embedded import EmbeddedSystem
from placet.errors import PlacetError
from placet.ledger import verify
from placet.project.check import check_project
from placet.project.loader import Project, load_project
from placet.project.wiring import check_writable, open_store, open_systems
from placet.storage import Store
from placet.storage.engine import server_version
from placet.storage.outbox_rows import unsent
from placet.storage.schema import HEAD
from placet.storage.switches import all_switches

SUBSEC_SINCE = (3, 42)
"""SQLite knows `unixepoch('subsec')` from 3.42 on; before, placet registers a function of that name (storage)."""


async def examine_all(folder: Path, *, upgrade: bool) -> list[Row]:
    """Every row, in the order in which a person would look."""
    rows = [_python(), _sqlite()]
    try:
        findings = check_project(folder)
        if findings:
            rows.append(fail("project", f"{len(findings)} findings, first {findings[0]}", "run `placet check`"))
            return rows
        project = load_project(folder)
    except PlacetError as error:
        return [*rows, of_error("project", error)]
    rows.append(ok("project", f"{project.settings.project.name} in {folder.name}"))
    rows += _database(project, upgrade=upgrade)
    rows.append(_checkpoints(project))
    rows += _systems(project)
    rows.append(await look_at_model(project))
    rows += await look_at_slack(project)
    rows.append(ok("assurance", ASSURANCE))
    return rows


def _python() -> Row:
    return ok("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _sqlite() -> Row:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SUBSEC_SINCE:
        return ok("sqlite", f"{version}, older than 3.42: placet stands in for its missing clock function")
    return ok("sqlite", version)


def _file_of(url: str) -> Path | None:
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def _database(project: Project, *, upgrade: bool) -> Iterator[Row]:
    file = _file_of(project.database_url)
    if file is not None and not file.exists() and file.parent.name == ".placet":
        yield warn("database", "not made yet", "`placet serve` or `placet run` makes it")
        return
    try:
        store = open_store(project, upgrade=upgrade)
    except PlacetError as error:
        yield of_error("database", error)
        return
    try:
        yield _writable(store)
        yield _ledger(store)
        yield from look_at_heads(project, store)
        yield _workers(store)
        yield _messages(store)
        yield _switches(store)
    except PlacetError as error:
        yield of_error("database", error)
    finally:
        store.close()


def _writable(store: Store) -> Row:
    check_writable(store)
    return ok("database", f"{store.dialect}, schema {HEAD}, can be written")


def _ledger(store: Store) -> Row:
    try:
        verified = store.read_now(verify)
    except PlacetError as error:
        return of_error("ledger", error)
    return ok("ledger", f"verified, {verified.entries} entries")


def _workers(store: Store) -> Row:
    alive = store.read_now(workers_alive)
    if not alive:
        return warn("workers", "none is running", "run `placet serve`")
    return ok("workers", f"{len(alive)} alive: {', '.join(sorted(alive))}")


def _messages(store: Store) -> Row:
    waiting = store.read_now(unsent)
    if not waiting:
        return ok("messages", "all are shown")
    errors = sorted({str(row["error"]) for row in waiting if row["error"]})
    told = f"{len(waiting)} not shown yet" + (f"; {errors[0]}" if errors else "")
    return warn("messages", told, "`placet serve` sends them")


def _switches(store: Store) -> Row:
    stopped = [one for one in store.read_now(all_switches) if one["stopped"]]
    if not stopped:
        return ok("stop switches", "none is on")
    told = "; ".join(f"`{one['name']}` by {one['by']}: {one['reason']}" for one in stopped)
    return warn("stop switches", told, "release with `placet stop NAME --release`")


def _checkpoints(project: Project) -> Row:
    file = _file_of(project.checkpoints_url)
    if file is None:
        try:
            return ok("checkpoints", f"PostgreSQL {server_version(project.checkpoints_url)}")
        except PlacetError as error:
            return of_error("checkpoints", error)
    if file.exists():
        usable = os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
        return ok("checkpoints", f"{file.name}, {file.stat().st_size // 1024} kB") if usable else fail(
            "checkpoints", f"`{file}` cannot be written", "give this user write access to the file and its folder"
        )  # fmt: skip
    if file.parent.is_dir() or file.parent.name == ".placet":
        return ok("checkpoints", "not made yet; the first run makes it")
    return fail("checkpoints", f"there is no folder `{file.parent}`", "make it, or correct `checkpoints.url`")


def _systems(project: Project) -> Iterator[Row]:
    try:
        systems = open_systems(project)
    except PlacetError as error:
        yield of_error("systems", error)
        return
    if not systems:
        yield warn("systems", "none is configured", "add [systems.crm] to placet.toml")
    for name, system in systems.items():
        yield _system(name, system)


def _system(name: str, system: EmbeddedSystem) -> Row:
    if not system.exists():
        if not system.path.parent.parent.is_dir():
            return fail(f"system {name}", f"there is no folder for `{system.path}`", "correct its path in placet.toml")
        return warn(
            f"system {name}", "not made yet", "the first `placet run` or `placet serve` fills it with sample data"
        )
    try:
        reader = system.reader()
        try:
            objects = reader.objects()
        finally:
            reader.close()
    except PlacetError as error:
        return of_error(f"system {name}", error)
    return ok(f"system {name}", f"embedded, {len(objects)} objects, version {reader.version}")
