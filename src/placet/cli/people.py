"""Who is meant by `--as`."""

from difflib import get_close_matches
from typing import TYPE_CHECKING

from placet.errors import PersonUnknown

if TYPE_CHECKING:
    from placet.rules import Policies
    from placet.vocabulary import Person


def person_named(policies: "Policies", said: str) -> "Person":
    """The active person with this id, e-mail address or name.

    Raises:
        PersonUnknown: nobody active is called that.
    """
    wanted = said.strip().casefold()
    for person in policies.people.values():
        if person.active and wanted in {person.id.casefold(), person.email.casefold(), person.name.casefold()}:
            return person
    known = [person.id for person in policies.people.values() if person.active]
    near = get_close_matches(wanted, known, n=1, cutoff=0.5)
    raise PersonUnknown(said=said, nearest=near[0] if near else "")
