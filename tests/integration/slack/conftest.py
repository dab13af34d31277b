"""A local Slack whose deadlines a test moves, and the company behind it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.integration.slack.office import CHANNELS, PEOPLE, Office, office_in

from placet.localslack import Clock, LocalSlack, Player


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(PEOPLE, CHANNELS, clock=Clock(lambda: 0.0)) as slack:
        yield slack


@pytest.fixture
async def player(slack: LocalSlack) -> AsyncIterator[Player]:
    async with Player(slack.url) as player:
        yield player


@pytest.fixture
async def office(tmp_path: Path, slack: LocalSlack, player: Player) -> AsyncIterator[Office]:
    async with office_in(tmp_path, slack, player) as office:
        yield office
