"""Scopes: what may be done to which object of which system."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_WORD = r"[a-z][a-z0-9_]*"
_SCOPE = re.compile(rf"({_WORD})\.({_WORD}|\*):({_WORD}|\*)")


class Effect(StrEnum):
    """What a tool does to the world. `EGRESS` sends something out that cannot be unsent."""

    READ = "read"
    WRITE = "write"
    EGRESS = "egress"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """`<system>.<object>:<verb>`, for example `crm.opportunity:update`.

    Scopes match exactly. A wildcard stands only where somebody wrote `*` by hand.
    """

    system: str
    object: str
    verb: str

    @classmethod
    def parse(cls, text: str) -> "Scope":
        """Read a scope from its text.

        Raises:
            ValueError: `text` does not have the form `system.object:verb`.
        """
        match = _SCOPE.fullmatch(text)
        if match is None:
            raise ValueError(f"`{text}` is not a scope; write `system.object:verb`, for example `crm.account:read`")
        return cls(*match.groups())

    def covers(self, other: "Scope") -> bool:
        """Whether holding this scope allows `other`."""
        return self.system == other.system and self.object in {"*", other.object} and self.verb in {"*", other.verb}

    def __str__(self) -> str:
        return f"{self.system}.{self.object}:{self.verb}"


def covered(scope: Scope, held: Iterable[Scope]) -> bool:
    """Whether any of `held` covers `scope`."""
    return any(own.covers(scope) for own in held)
