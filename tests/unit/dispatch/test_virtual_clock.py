"""The clock that moves only when told."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from placet.dispatch.virtual_clock import VirtualClock
from placet.errors import DispatchError


def test_it_stands_still_until_it_is_moved() -> None:
    clock = VirtualClock(datetime(2026, 3, 1, tzinfo=UTC))
    assert clock() == clock()
    clock.advance(timedelta(hours=2))
    assert clock() == datetime(2026, 3, 1, 2, tzinfo=UTC)


def test_it_gives_utc_whatever_zone_it_was_started_in() -> None:
    start = datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert VirtualClock(start)().tzinfo is UTC


def test_it_refuses_to_go_back() -> None:
    with pytest.raises(DispatchError):
        VirtualClock().advance(timedelta(seconds=-1))
