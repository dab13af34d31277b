"""Working time over clock changes, month ends and holidays."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.rules import Calendar, add_working, working_between

OFFICE = ((time(9), time(12)), (time(13), time(17)))
BERLIN = Calendar(
    id="berlin",
    zone="Europe/Berlin",
    week=dict.fromkeys(range(5), OFFICE),
    holidays=frozenset({date(2026, 12, 25), date(2027, 1, 1)}),
)
ROUND_THE_CLOCK = Calendar(id="always", zone="Europe/Berlin", week=dict.fromkeys(range(7), ((time(), time()),)))
NIGHT = Calendar(id="night", zone="America/New_York", week=dict.fromkeys(range(7), ((time(1, 30), time(4)),)))
calendars = st.sampled_from([BERLIN, ROUND_THE_CLOCK, NIGHT])
moments = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001 - the zone is added after
durations = st.timedeltas(timedelta(0), timedelta(hours=200))


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[arg-type, misc]  # year to minute, as written


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (berlin(2026, 11, 23, 10), 1, berlin(2026, 11, 23, 11)),
        (berlin(2026, 11, 23, 11), 2, berlin(2026, 11, 23, 14)),  # over the lunch break
        (berlin(2026, 11, 20, 18), 4, berlin(2026, 11, 23, 14)),  # Friday evening to Monday
        (berlin(2026, 11, 30, 16), 2, berlin(2026, 12, 1, 10)),  # a month's end
        (berlin(2026, 12, 24, 16), 2, berlin(2026, 12, 28, 10)),  # Christmas, then a weekend
        (berlin(2026, 11, 23, 10), 6, berlin(2026, 11, 23, 17)),  # to the very end of the day
    ],
)
def test_only_working_hours_count(start: datetime, hours: int, end: datetime) -> None:
    assert add_working(BERLIN, start, timedelta(hours=hours)) == end


def test_an_hour_that_clocks_skip_is_not_counted() -> None:
    assert working_between(ROUND_THE_CLOCK, berlin(2026, 3, 29), berlin(2026, 3, 30)) == timedelta(hours=23)
    gap = working_between(NIGHT, datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 8, 12, tzinfo=UTC))
    assert gap == timedelta(hours=1, minutes=30)  # 01:30 to 04:00 on the wall


def test_an_hour_that_clocks_repeat_is_counted_twice() -> None:
    assert working_between(ROUND_THE_CLOCK, berlin(2026, 10, 25), berlin(2026, 10, 26)) == timedelta(hours=25)


def test_hours_that_begin_in_a_gap_begin_when_it_ends() -> None:
    skipped = Calendar(id="gap", zone="Europe/Berlin", week={6: ((time(2, 15), time(5)),)})
    assert add_working(skipped, berlin(2026, 3, 29, 0), timedelta()) == berlin(2026, 3, 29, 3)


@given(calendars, moments, durations)
def test_the_result_is_never_outside_working_time(calendar: Calendar, start: datetime, duration: timedelta) -> None:
    end = add_working(calendar, start, duration)
    assert end >= start
    assert calendar.is_working(end) or calendar.is_working(end - timedelta(microseconds=1))


@given(calendars, moments, durations)
def test_adding_and_measuring_agree(calendar: Calendar, start: datetime, duration: timedelta) -> None:
    assert working_between(calendar, start, add_working(calendar, start, duration)) == duration


@given(calendars, moments, durations, durations)
def test_more_working_time_never_ends_earlier(
    calendar: Calendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    less, more = sorted((one, other))
    assert add_working(calendar, start, less) <= add_working(calendar, start, more)


@given(calendars, moments, durations, durations)
def test_adding_in_two_steps_is_adding_at_once(
    calendar: Calendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    both = add_working(calendar, add_working(calendar, start, one), other)
    assert working_between(calendar, start, both) == one + other


def test_working_time_backwards_is_nothing_and_a_moment_needs_a_zone() -> None:
    assert working_between(BERLIN, berlin(2026, 11, 24), berlin(2026, 11, 23)) == timedelta()
    with pytest.raises(ValueError, match="time zone"):
        add_working(BERLIN, datetime(2026, 11, 23), timedelta(hours=1))  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="negative"):
        add_working(BERLIN, berlin(2026, 11, 23), timedelta(hours=-1))
