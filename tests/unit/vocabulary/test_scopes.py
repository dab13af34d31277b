"""Scopes: exact, and wider only where somebody wrote a star."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.vocabulary import Scope, covered

WORDS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
EXACT = st.builds(Scope, WORDS, WORDS, WORDS)


@given(EXACT)
def test_a_scope_reads_back_as_it_was_written(scope: Scope) -> None:
    assert Scope.parse(str(scope)) == scope


@given(EXACT, EXACT)
def test_an_exact_scope_covers_itself_and_nothing_else(one: Scope, other: Scope) -> None:
    assert one.covers(other) == (one == other)


@given(EXACT)
def test_a_star_covers_every_object_or_verb_of_its_system(scope: Scope) -> None:
    for wider in (f"{scope.system}.*:{scope.verb}", f"{scope.system}.{scope.object}:*", f"{scope.system}.*:*"):
        assert Scope.parse(wider).covers(scope)
        assert not scope.covers(Scope.parse(wider))


@given(EXACT, WORDS)
def test_no_star_reaches_into_another_system(scope: Scope, word: str) -> None:
    other = Scope(f"{scope.system}x", scope.object, scope.verb)
    assert not Scope.parse(f"{scope.system}.*:*").covers(other)


@pytest.mark.parametrize(
    "text",
    [
        "", "crm", "crm.deal", "crm:read", "crm.deal:", ".deal:read", "*.deal:read", "*", "*.*:*", "CRM.deal:read",
        "crm.deal:read ", " crm.deal:read", "crm.deal:read\n", "crm.de*:read", "crm.deal.x:read", "crm.deal:re:ad",
        "crm.deal:*read", "1crm.deal:read", "crm.dëal:read", "crm.**:read",
    ],
)  # fmt: skip
def test_anything_else_is_no_scope_and_the_error_says_what_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a scope; write `system\.object:verb`"):
        Scope.parse(text)


def test_covering_looks_through_all_that_is_held() -> None:
    held = [Scope.parse("crm.note:create"), Scope.parse("erp.*:read")]
    assert covered(Scope.parse("erp.stock:read"), held)
    assert not covered(Scope.parse("erp.stock:update"), held)
    assert not covered(Scope.parse("erp.stock:read"), [])
