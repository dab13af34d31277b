from dataclasses import replace

import pytest

from placet.cli.people import person_named
from placet.errors import PersonUnknown
from placet.rules import Policies
from placet.vocabulary import Person

RILEY = Person(id="riley", name="Riley Park", email="riley@example.org")
POLICIES = Policies(people={"riley": RILEY}, roles={}, rules=(), hash="")


@pytest.mark.parametrize("said", ["riley", "RILEY", " riley@example.org ", "Riley Park"])
def test_a_person_is_known_by_id_email_and_name(said: str) -> None:
    assert person_named(POLICIES, said) is RILEY


def test_an_unknown_person_is_refused_with_the_nearest_id() -> None:
    with pytest.raises(PersonUnknown, match="did you mean `riley`") as refused:
        person_named(POLICIES, "rilley")
    assert "people.yaml" in refused.value.next_step


def test_somebody_who_left_is_nobody() -> None:
    gone = replace(POLICIES, people={"riley": replace(RILEY, active=False)})
    with pytest.raises(PersonUnknown):
        person_named(gone, "riley")
