"""What a role sees of the ledger: whole entries, with the fields hidden that its rules name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from placet.ledger.chain import Entry
from placet.ledger.standalone import covers
from placet.vocabulary import Json

HIDDEN = "[hidden]"
"""What stands where a role may not look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hide:
    """Fields a role does not see in entries of `kinds` (a kind, `group.*` or `*`); the field `*` means all."""

    kinds: str
    fields: tuple[str, ...]

    def covers(self, kind: str, field: str) -> bool:
        """Whether this hides a field of a kind."""
        return covers(self.kinds, kind) and (field in self.fields or "*" in self.fields)


def view(entries: Iterable[Entry], rules: Mapping[str, Sequence[Hide]], *, roles: Iterable[str]) -> list[Entry]:
    """Entries as a person with `roles` sees them. Number, time, kind and hash always stay, so gaps are visible.

    A field is shown if at least one of the person's roles shows it. A role that has no rules here sees no facts.
    """
    held = [rules[role] for role in roles if role in rules]
    return [replace(entry, facts=_shown(entry, held)) for entry in entries]


def _shown(entry: Entry, held: Sequence[Sequence[Hide]]) -> dict[str, Json]:
    return {
        field: HIDDEN if all(any(hide.covers(entry.kind, field) for hide in role) for role in held) else value
        for field, value in entry.facts.items()
    }
