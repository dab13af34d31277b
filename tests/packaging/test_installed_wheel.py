"""The wheel, installed away from the checkout, does what the checkout does."""

import json
import sys
from pathlib import Path

import pytest
from tests.packaging.builds import ROOMS, ROOT, Distributions, Environment, files_below, run


def test_what_runs_is_the_installed_package(installed: Environment, tmp_path: Path) -> None:
    (home,) = installed.where(["placet"], tmp_path)
    assert Path(home).is_relative_to(installed.site)


def test_the_scaffold_is_the_reference_project_byte_for_byte(demo_co: Path) -> None:
    reference = {name for room in ROOMS for name in (f"{room}/{file}" for file in files_below(ROOT / room))}
    expected = {name for name in reference if "__pycache__" not in name and "/." not in name} | {"placet.toml"}
    scaffolded = {name for name in files_below(demo_co) if name.partition("/")[0] in {*ROOMS, "placet.toml"}}
    assert scaffolded == expected
    assert [name for name in expected if (demo_co / name).read_bytes() != (ROOT / name).read_bytes()] == []


def test_the_scaffold_passes_its_own_check(installed: Environment, demo_co: Path) -> None:
    installed.placet("check", cwd=demo_co)


def test_the_scaffold_is_clean_for_its_own_linter(demo_co: Path) -> None:
    run(Path(sys.executable).with_name("ruff"), "check", "--no-cache", ".", cwd=demo_co)


@pytest.mark.requirement("ASK-2", "REM-1", "SYS-1", "WF-1")
def test_the_whole_story_runs_in_the_scaffold(installed: Environment, demo_co: Path) -> None:
    summary = json.loads(installed.placet("demo", "--headless", "--model", "scripted", "--json", cwd=demo_co))
    assert summary["ledger"] == "verified"
    assert summary["double_writes"] == 0
    assert summary["crash_recovered"] is True
    assert summary["writes_sent"] == summary["writes_approved"] > 0


@pytest.mark.slow
def test_the_wheel_and_its_pinned_dependencies_suffice(distributions: Distributions, tmp_path: Path) -> None:
    environment = Environment(tmp_path / "env")
    uv = Path(sys.executable).with_name("uv")
    pins = ("--constraints", ROOT / "requirements.lock", "--verify-hashes")
    run(uv, "pip", "install", "--quiet", "--python", environment.python, *pins, distributions.wheel, cwd=tmp_path)
    environment.placet("init", "demo-co", cwd=tmp_path)
    environment.placet("check", cwd=tmp_path / "demo-co")
    story = environment.placet("demo", "--headless", "--model", "scripted", "--json", cwd=tmp_path / "demo-co")
    assert json.loads(story)["ledger"] == "verified"
