"""One build and one installed environment serve all packaging tests."""

from pathlib import Path

import pytest
from tests.packaging.builds import Distributions, Environment, build, copy_checkout, files_below

PLANTED = (
    "policies/.env", "tools/.env", "agents/__pycache__/old.cpython-311.pyc", "src/placet/__pycache__/old.pyc",
    ".import_linter_cache/graph.json", ".placet/placet.sqlite", "test-results/shot.png", "secrets.txt", "uv.lock",
)  # fmt: skip
"""What lies about beside the code on a real machine, and is no part of the product."""


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    folder = tmp_path_factory.mktemp("distributions")
    checkout = copy_checkout(folder / "checkout")
    clean = frozenset(files_below(checkout))
    for name in PLANTED:
        path = checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("PLACET_SLACK__BOT_TOKEN=not-for-others\n")
    wheel, sdist = build(checkout, folder / "out", "sdist", "wheel")
    if wheel.suffix != ".whl":
        wheel, sdist = sdist, wheel
    return Distributions(checkout, clean, sdist, wheel)


@pytest.fixture(scope="session")
def installed(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    environment = Environment(tmp_path_factory.mktemp("installed") / "env")
    environment.lend_dependencies()
    environment.install(distributions.wheel)
    return environment


@pytest.fixture(scope="session")
def demo_co(installed: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that the installed wheel scaffolded."""
    folder = tmp_path_factory.mktemp("customer")
    installed.placet("init", "demo-co", cwd=folder)
    return folder / "demo-co"
