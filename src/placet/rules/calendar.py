"""Working time: which hours of which days count, in the time zone of the people who decide. Pure.

All sums are made on the line of real (UTC) time. A working day is turned into real intervals first, so an hour that a
clock change skips or repeats is counted as the time that really passes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ONE_DAY: Final = timedelta(days=1)

Hours = tuple[time, time]
"""From and until; until `00:00` means midnight at the end of the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When people work. `week` holds the hours of each weekday (0 is Monday), in order and without overlap.

    Days of `holidays` have no hours.
    """

    id: str
    zone: str
    week: Mapping[int, tuple[Hours, ...]]
    holidays: frozenset[date] = frozenset()

    def __hash__(self) -> int:
        return hash((self.id, self.zone, self.holidays))

    def is_working(self, moment: datetime) -> bool:
        """Whether `moment` (aware) lies in working time; the end of an interval does not."""
        return any(start <= moment < end for start, end in _intervals(self, moment))


def add_working(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """The first moment (UTC) by which `duration` of working time has passed since `start`.

    The result lies in working time or at the very end of a working interval. A length of nothing gives the first
    working moment at or after `start`.

    Raises:
        ValueError: `start` has no time zone or `duration` is negative.
        OverflowError: the calendar has no such moment before the year 9999.
    """
    if duration < timedelta():
        raise ValueError("a length of working time cannot be negative")
    left = duration
    for begin, end in _intervals(calendar, start):
        here = max(begin, start)
        if end > here and left <= end - here:
            return (here + left).astimezone(UTC)
        left -= max(end - here, timedelta())
    raise OverflowError("the calendar has no working time left")


def working_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The working time from `start` to `end` (both aware); nothing if `end` is not later.

    Raises:
        ValueError: one of them has no time zone.
    """
    total = timedelta()
    for begin, until in _intervals(calendar, start):
        if begin >= end:
            break
        total += max(min(until, end) - max(begin, start), timedelta())
    return total


def _intervals(calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The working intervals in UTC, in order, from the day before `start` on."""
    if start.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    day = start.astimezone(_zone(calendar.zone)).date() - _ONE_DAY
    while True:
        for opens, closes in calendar.week.get(day.weekday(), ()) if day not in calendar.holidays else ():
            begin = _real(day, opens, calendar.zone)
            end = _real(day + _ONE_DAY if closes == time() else day, closes, calendar.zone)
            if end > begin:  # hours that fall wholly into the gap of a clock change do not exist
                yield begin, end
        day += _ONE_DAY


def _real(day: date, clock: time, zone: str) -> datetime:
    """The real moment of a wall time. One that happens twice means the first; one that is skipped, the gap's end."""
    local = datetime.combine(day, clock, _zone(zone))
    real = local.astimezone(UTC)
    if real.astimezone(_zone(zone)).replace(tzinfo=None) == local.replace(tzinfo=None):
        return real
    return _gap_end(local)


def _gap_end(skipped: datetime) -> datetime:
    """The moment at which clocks jump over `skipped`: found between the offsets before and after (PEP 495)."""
    before, after = skipped.utcoffset(), skipped.replace(fold=1).utcoffset()
    assert before is not None
    assert after is not None
    low, high = (skipped.replace(tzinfo=UTC) - one for one in (after, before))
    zone = skipped.tzinfo
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (low, middle) if middle.astimezone(zone).utcoffset() == after else (middle, high)
    return high.replace(microsecond=0)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
