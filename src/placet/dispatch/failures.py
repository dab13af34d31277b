"""What a failed segment tells: its class and place, never its data, for the log and for the engine's rows."""

from pathlib import PurePath
from traceback import extract_tb

from placet.errors import DatabaseUnavailable

PASSING = (DatabaseUnavailable, ConnectionError, TimeoutError)
"""Errors that another attempt may not meet again: storage and connections."""


class SegmentFailed(Exception):
    """A handler raised. The message names the error's class and place only: engine rows hold no data."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


def describe(error: BaseException) -> str:
    """Class and place of an error, for example `KeyError at sales.py:42`."""
    places = trace(error)
    return f"{type(error).__name__} at {places[-1]}" if places else type(error).__name__


def trace(error: BaseException) -> list[str]:
    """Files and lines an error came through, outermost first: a traceback without any text from the data."""
    return [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]


def failed(error: BaseException) -> SegmentFailed:
    """`error` as the engine may store it."""
    return SegmentFailed(describe(error), passing=isinstance(error, PASSING))
