"""A clock that moves only when it is told to."""

from datetime import UTC, datetime, timedelta

from placet.errors import DispatchError

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""A Monday morning: business calendars are open, so tests that do not care about time stay simple."""


class VirtualClock:
    """A `placet.vocabulary.Clock` for tests and evals: `clock()` is the moment, `clock.advance(delta)` moves it."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        """The present moment."""
        return self._now

    def advance(self, delta: timedelta) -> datetime:
        """Move forward and return the new moment.

        Raises:
            DispatchError: `delta` is negative; time does not run backwards.
        """
        if delta < timedelta(0):
            raise DispatchError(segment="clock", reason="time cannot move backwards")
        self._now += delta
        return self._now
