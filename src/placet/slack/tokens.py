"""What a button carries: an opaque pointer, never business data. Everything else is read from the database."""

import re
from dataclasses import dataclass

from placet.vocabulary import Proposal

DIGEST_SHOWN = 16
"""Hexadecimal digits of the digest in a button: 64 bits tell two drawings of a proposal apart."""
_DECIDE = re.compile(r"v1\.([A-Za-z0-9-]{3,64})\.(\d{1,6})\.([0-9a-f]{16})")
_CHOOSE = re.compile(r"v1\.([A-Za-z0-9-]{3,64})\.(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which revision of which proposal a person saw, and the beginning of its digest."""

    proposal: str
    revision: int
    digest: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Which candidate of which run's question a person chose; `number` counts from 0."""

    run: str
    number: int


def pointer_to(proposal: Proposal) -> str:
    """The value of a card's buttons."""
    return f"v1.{proposal.id}.{proposal.revision}.{proposal.digest[:DIGEST_SHOWN]}"


def read_pointer(value: str) -> Pointer | None:
    """The pointer in a button's value, or `None` for anything that we never wrote."""
    match = _DECIDE.fullmatch(value)
    return None if match is None else Pointer(match[1], int(match[2]), match[3])


def choice_of(run: str, number: int) -> str:
    """The value of a choice button."""
    return f"v1.{run}.{number}"


def read_choice(value: str) -> Choice | None:
    """The choice in a button's value, or `None`."""
    match = _CHOOSE.fullmatch(value)
    return None if match is None else Choice(match[1], int(match[2]))
