"""One row of `placet doctor`."""

from dataclasses import dataclass
from typing import Literal

from placet.errors import PlacetError


@dataclass(frozen=True, slots=True)
class Row:
    """What was looked at, how it stands, what was found, and what to do where it is not well."""

    what: str
    state: Literal["ok", "warn", "fail"]
    found: str
    remedy: str = ""


def ok(what: str, found: str) -> Row:
    """It works."""
    return Row(what, "ok", found)


def warn(what: str, found: str, remedy: str) -> Row:
    """It works, but a person should know."""
    return Row(what, "warn", found, remedy)


def fail(what: str, found: str, remedy: str) -> Row:
    """It does not work."""
    return Row(what, "fail", found, remedy)


def of_error(what: str, error: PlacetError) -> Row:
    """It does not work, and the error says why."""
    return Row(what, "fail", str(error), error.next_step)
