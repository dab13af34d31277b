"""A seeded company to read and spoil, a clock the test moves, and a desk to change it from."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from placet.connectors.embedded import EmbeddedOptions, System, seed_company

sys.path.insert(0, str(Path(__file__).parents[3]))  # the helper beside this file is imported by its full name

from tests.integration.connectors.embedded_desk import START, Desk, MovingClock, OpenDesk


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeded")
    seed_company(folder, now=START)
    return folder


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def desk(seeded: Path, tmp_path: Path, clock: MovingClock) -> Iterator[OpenDesk]:
    opened: list[Desk] = []

    def make(system: System, options: EmbeddedOptions | None = None) -> Desk:
        path = tmp_path / f"{system}.sqlite"
        if not path.exists():
            shutil.copyfile(seeded / path.name, path)
        opened.append(Desk(system, path, options or EmbeddedOptions(), clock))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def crm(desk: OpenDesk) -> Desk:
    return desk("crm")


@pytest.fixture
def erp(desk: OpenDesk) -> Desk:
    return desk("erp")
