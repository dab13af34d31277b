"""What became of an attempt, and the permission that precedes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from placet.vocabulary.values import Json


class OutcomeKind(StrEnum):
    """The closed set of outcomes. Only `UNKNOWN` leaves open whether the system changed."""

    APPLIED = "applied"
    ALREADY_APPLIED = "already_applied"
    CONFLICT = "conflict"
    DENIED = "denied"
    NOT_VISIBLE = "not_visible"
    INVALID = "invalid"
    NEEDS_CONFIRMATION = "needs_confirmation"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One attempt's result. `message` is the vendor's text, cut short and never trusted.

    `version` and `values` are the record after the change where the system tells them; `window_ms` is the time
    between compare and write for grades that need one.
    """

    kind: OutcomeKind
    record: str = ""
    version: str = ""
    values: Mapping[str, Json] | None = None
    message: str = ""
    retry_at: datetime | None = None
    window_ms: int | None = None

    @property
    def sent(self) -> bool:
        """Whether the system holds the change."""
        return self.kind in {OutcomeKind.APPLIED, OutcomeKind.ALREADY_APPLIED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Single-use, seconds-long permission to send exactly one digest, minted inside the claim."""

    proposal: str
    digest: str
    nonce: str
    fence: int
    expires_at: datetime
    mac: str
