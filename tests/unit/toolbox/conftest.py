import pytest
from tests.support.company import Company
from tests.support.tools import Bench


@pytest.fixture
async def bench(co: Company) -> Bench:
    """The reference tools as Riley would use them, in a run that was just received."""
    return Bench(co, await co.ask("riley", "please", settle=False))
