"""The demo as people start it, and a browser that looks at its page."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.async_api import BrowserContext, async_playwright

from placet.connectors.embedded import EmbeddedSystem
from placet.project import init_project
from placet.storage import Store

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --disable-background-networking --no-first-run --disable-sync "
    "--disable-component-update --hide-scrollbars"
)


@pytest.fixture
def shots() -> Path:
    """Where screenshots are kept."""
    folder = ROOT / "test-results"
    folder.mkdir(exist_ok=True)
    return folder


class Demo(NamedTuple):
    """A running demo: the address of its page and the folder it works in."""

    page: str
    folder: Path

    def changes_in_crm(self) -> list[str]:
        """What reached the CRM, by its own record. The egress oracle then holds it against the demo's database."""
        Store.open(f"sqlite:///{self.folder / 'placet.sqlite'}").close()
        return [row.change for row in EmbeddedSystem("crm", self.folder / "crm.sqlite").egress()]


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    """The demo in a project of its own."""
    project = init_project(tmp_path / "demo-co", "demo-co")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PLACET_")}
    command = ("-m", "placet", "demo", "--model", "scripted", "--port", "0", "--json")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=project, env=clean, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield Demo((await _announced(process))["page"], project / ".placet" / "demo")
    finally:
        process.send_signal(signal.SIGINT)
        await process.communicate()


async def _announced(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """The document that the demo prints once everything runs."""
    assert process.stdout is not None
    text = ""
    async for line in process.stdout:
        text += line.decode()
        if line == b"}\n":
            break
    announced: dict[str, Any] = json.loads(text)
    return announced


@pytest.fixture
async def browser() -> AsyncIterator[BrowserContext]:
    """The system's Chromium, in light colours, at twice the resolution."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "no Chromium on the PATH: `make browser` installs it or says that this suite is not run"
    async with async_playwright() as driver:
        started = await driver.chromium.launch(executable_path=chromium, args=FLAGS.split())
        context = await started.new_context(
            viewport={"width": 1360, "height": 900}, device_scale_factor=2, color_scheme="light"
        )
        context.set_default_timeout(30_000)
        yield context
        await started.close()
