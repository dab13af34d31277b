"""Projects in which something waits to be decided."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.integration.cli.commands import bare_environment, placet, project
from tests.integration.cli.ledgers import kept
from tests.support.company import company

from placet.project.loader import load_project

__all__ = ["asked", "bare_environment", "kept", "placet", "project"]


@pytest.fixture
def asked(project: Path) -> str:
    """The id of a proposal of Riley's that a sales director may decide: Hooli expansion to 120,000 EUR."""

    async def ask() -> str:
        async with company(project, project=load_project(project), now=datetime.now(UTC)) as co:
            await co.ask("riley", "set hooli to 120000")
            return (await co.only()).id

    return asyncio.run(ask())
