"""Lengths of time as a person writes them."""

import re
from typing import Final

_PARTS = re.compile(r"(?:([0-9]{1,4})d)?(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,6})s)?")
_UNITS = (86_400, 3_600, 60, 1)
_DAY = 86_400
LONGEST_SECONDS = 30 * _DAY
LONGEST_WORKING_SECONDS: Final = 200 * 3_600
"""About a quarter of a year of working days."""
_WORKING = " working"
DURATION_PATTERN: Final = r"^([0-9]{1,4}d)?([0-9]{1,4}h)?([0-9]{1,5}m)?([0-9]{1,6}s)?( working)?$"
"""The form alone, for editors; `seconds_in` and `working_seconds_in` know the bounds."""


def seconds_in(text: str, *, longest: int = LONGEST_SECONDS) -> int:
    """Seconds in `4h`, `1d12h`, `90m` or `45s`: units in falling order, at least one second, at most 30 days.

    Raises:
        ValueError: the text is no such length, or longer than `longest` seconds.
    """
    total = _total(text)
    if not 1 <= total <= longest:
        days = longest // _DAY
        raise ValueError(f"`{text}` is not a length of time; write `45s`, `90m`, `4h` or `1d12h`, at most {days} days")
    return total


def is_working(text: str) -> bool:
    """Whether a length counts working time only: `4h working`."""
    return text.endswith(_WORKING)


def working_seconds_in(text: str) -> int:
    """Seconds in `4h working` or `90m working`: at least one second, at most 200 hours, and no days.

    Raises:
        ValueError: the text is no such length. A working day has no fixed length, so days are not understood.
    """
    bare = text.removesuffix(_WORKING)
    total = _total(bare)
    if not is_working(text) or "d" in bare or not 1 <= total <= LONGEST_WORKING_SECONDS:
        raise ValueError(f"`{text}` is not a length of working time; write `90m working` or `8h working`, without days")
    return total


def _total(text: str) -> int:
    match = _PARTS.fullmatch(text)
    return sum(int(part or 0) * unit for part, unit in zip(match.groups(), _UNITS, strict=True)) if match else 0
