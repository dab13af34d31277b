"""Lengths of time as a person writes them."""

import re

_PARTS = re.compile(r"(?:([0-9]{1,4})d)?(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,6})s)?")
_UNITS = (86_400, 3_600, 60, 1)
LONGEST_SECONDS = 30 * 86_400


def seconds_in(text: str) -> int:
    """Seconds in `4h`, `1d12h`, `90m` or `45s`: units in falling order, at least one second, at most 30 days.

    Raises:
        ValueError: the text is no such length.
    """
    match = _PARTS.fullmatch(text)
    total = sum(int(part or 0) * unit for part, unit in zip(match.groups(), _UNITS, strict=True)) if match else 0
    if not 1 <= total <= LONGEST_SECONDS:
        raise ValueError(f"`{text}` is not a length of time; write `45s`, `90m`, `4h` or `1d12h`, at most 30 days")
    return total
