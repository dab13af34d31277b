"""Building, reading and installing the distributions, as a release does."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("agents", "tools", "graphs", "policies", "evals")

_LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", ".placet", "__pycache__", "*.pyc", ".*_cache", ".hypothesis", "dist", "build", "test-results",
    "node_modules",
)  # fmt: skip


def run(*command: str | Path, cwd: Path, extra: Mapping[str, str] | None = None) -> str:
    """Run a command away from this checkout's settings and return what it prints; fails with all it printed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PLACET_", "UV_"))}
    done = subprocess.run(command, cwd=cwd, env={**clean, **(extra or {})}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def copy_checkout(target: Path) -> Path:
    """The checkout as a fresh clone has it."""
    shutil.copytree(ROOT, target, ignore=_LEFT_BEHIND)
    return target


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Distributions:
    checkout: Path
    clean: frozenset[str]
    """What the checkout held before anything was planted beside it."""
    sdist: Path
    wheel: Path

    def sdist_files(self) -> set[str]:
        """Names inside the sdist, without its leading folder."""
        with tarfile.open(self.sdist) as archive:
            return {name.partition("/")[2] for name in archive.getnames()}

    def wheel_files(self) -> set[str]:
        with zipfile.ZipFile(self.wheel) as archive:
            return set(archive.namelist())


def build(checkout: Path, output: Path, *targets: str) -> list[Path]:
    """Build `sdist` or `wheel` with the backend of this environment: nothing is fetched."""
    wanted = [word for target in targets for word in ("-t", target)]
    run(sys.executable, "-m", "hatchling", "build", "-d", output, *wanted, cwd=checkout)
    return sorted(output.iterdir())


class Environment:
    """A virtual environment that knows nothing of this checkout."""

    def __init__(self, folder: Path) -> None:
        run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
        self.scripts = folder / "bin"
        self.python = self.scripts / "python"
        self.site = next(folder.glob("lib/python*/site-packages"))

    def lend_dependencies(self) -> None:
        """Let it see the packages of the environment that runs the tests, but not the checkout that one has open.

        A `.pth` file is not followed into the folder it names, and that is where the open checkout is written down.
        """
        (self.site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def install(self, wheel: Path) -> None:
        """The wheel alone, from this machine alone."""
        pip = (sys.executable, "-m", "pip", "--python", self.python, "install", "--quiet")
        run(*pip, "--no-deps", "--no-index", wheel, cwd=self.scripts)

    def placet(self, *arguments: str, cwd: Path, extra: Mapping[str, str] | None = None) -> str:
        return run(self.scripts / "placet", *arguments, cwd=cwd, extra=extra)

    def where(self, modules: Sequence[str], cwd: Path) -> list[str]:
        """The file each of these modules is loaded from."""
        lines = "; ".join(f"import {name}; print({name}.__file__)" for name in modules)
        return run(self.python, "-c", lines, cwd=cwd).splitlines()
