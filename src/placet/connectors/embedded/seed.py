"""Seeding: the company Merle Instruments, the same to the last row for the same seed and time."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Literal

from placet.connectors.embedded.files import SystemFile, new_file
from placet.connectors.embedded.seed_crm import crm_sheet
from placet.connectors.embedded.seed_erp import erp_sheet
from placet.connectors.embedded.system import EmbeddedSystem
from placet.connectors.embedded.tables import System, create_tables, create_triggers

_BUILDERS = {"crm": crm_sheet, "erp": erp_sheet}
_FACTORS = {"small": 1, "full": 10}
_SYSTEMS: tuple[System, ...] = ("crm", "erp")
_TIMEOUT_MS = 5_000


def seed_company(
    folder: Path, *, seed: int = 7, now: datetime, size: Literal["small", "full"] = "small"
) -> Mapping[System, EmbeddedSystem]:
    """Write `crm.sqlite` and `erp.sqlite` into `folder`, in place of any that are there.

    `now` (aware) is what the dates are counted from. `small` (default) holds about 40 accounts and 45 deals, `full`
    ten times that. What is seeded is no egress.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[System, EmbeddedSystem] = {}
    for system in _SYSTEMS:
        path = folder / f"{system}.sqlite"
        sheet = _BUILDERS[system](_chance(seed, system), now, _FACTORS[size])
        new_file(path)
        file = SystemFile(path, system, readonly=False, busy_timeout_ms=_TIMEOUT_MS)
        with file.connect() as connection, connection.begin():
            create_tables(connection, system)
            sheet.write(connection)
            create_triggers(connection, system)
        file.close()
        made[system] = EmbeddedSystem(system, path)
    return made


def seed_missing(systems: Iterable[EmbeddedSystem], *, now: datetime) -> tuple[str, ...]:
    """Give each system whose file is not there its sample data, and leave the others alone; returns their names.

    A file appears whole or not at all. Its folder is made, but not the folder above that.
    """
    missing = [one for one in systems if not one.exists() and one.path.parent.parent.is_dir()]
    for one in missing:
        one.path.parent.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=one.path.parent) as folder:
            made = seed_company(Path(folder), now=now)[one.system]
            made.path.replace(one.path)
    return tuple(one.system for one in missing)


def _chance(seed: int, system: System) -> Random:
    return Random(f"{seed}/{system}")  # noqa: S311 - sample data, not a secret
