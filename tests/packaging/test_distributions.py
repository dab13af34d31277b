"""What ships: exactly the product, whatever lies about beside it."""

import tarfile
from pathlib import Path

from tests.packaging.builds import ROOMS, ROOT, Distributions, build
from tests.packaging.conftest import PLANTED

TOP = {
    ".ci", ".gitignore", ".importlinter", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "PKG-INFO",
    "README.md", "SECURITY.md", "agents", "benchmarks", "docs", "evals", "graphs", "hatch_build.py", "placet.toml",
    "policies", "pyproject.toml", "requirements.lock", "src", "tests", "tools",
}  # fmt: skip


def top(name: str) -> str:
    return name.partition("/")[0]


def without_metadata(names: set[str]) -> set[str]:
    return {name for name in names if ".dist-info/" not in name}


def test_the_sdist_holds_every_file_of_the_product_and_no_other(distributions: Distributions) -> None:
    expected = {name for name in distributions.clean if top(name) in TOP}
    assert distributions.sdist_files() == expected | {"PKG-INFO"}


def test_the_sdist_has_the_planned_names_at_its_top(distributions: Distributions) -> None:
    assert {top(name) for name in distributions.sdist_files()} == TOP


def test_the_wheel_holds_the_package_and_the_rooms_and_no_other_file(distributions: Distributions) -> None:
    package = {name.removeprefix("src/") for name in distributions.clean if name.startswith("src/placet/")}
    rooms = {f"placet/template/{name}" for name in distributions.clean if top(name) in {*ROOMS, "placet.toml"}}
    assert without_metadata(distributions.wheel_files()) == package | rooms


def test_the_wheel_has_what_only_shows_when_it_is_missing(distributions: Distributions) -> None:
    files = distributions.wheel_files()
    assert {
        "placet/py.typed", "placet/localslack/page/index.html", "placet/localslack/page/app.js",
        "placet/storage/migrations/script.py.mako", "placet/storage/migrations/versions/m0001_first.py",
        "placet/template/placet.toml", "placet/template/policies/rules.yaml", "placet/template/tools/crm.py",
    } <= files  # fmt: skip
    assert "placet/cli/demo_script.json" in files
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in files)


def test_nothing_that_lies_about_ships(distributions: Distributions) -> None:
    shipped = distributions.sdist_files() | distributions.wheel_files()
    assert [name for name in PLANTED if any(one.endswith(name) for one in shipped)] == []
    assert [name for name in shipped if name.endswith((".env", ".pyc"))] == []


def test_a_wheel_built_from_the_sdist_is_the_same_wheel(distributions: Distributions, tmp_path: Path) -> None:
    with tarfile.open(distributions.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    (wheel,) = build(unpacked, tmp_path / "out", "wheel")
    assert wheel.read_bytes() == distributions.wheel.read_bytes()


def test_the_wheel_carries_the_text_of_the_licence() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert "END OF TERMS AND CONDITIONS" in (ROOT / "LICENSE").read_text()
