"""Time as a value that is passed in, so that tests own it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Gives the present as an aware UTC datetime."""


def system_clock() -> datetime:
    """The machine's time, aware, UTC."""
    return datetime.now(UTC)
