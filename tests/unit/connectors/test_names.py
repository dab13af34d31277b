"""What people say, and which records they may mean by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.connectors.names import Named, match, nearest, normalise

DEALS = [
    Named("OPP-1", "Hooli expansion", context="Hooli"),
    Named("OPP-2", "Expansion 2027", context="Umbria Foods"),
    Named("OPP-3", "Acme rollout north", context="Acme"),
    Named("OPP-4", "Acme rollout south", context="Acme"),
    Named("OPP-5", "Spare parts", context="Castellan Rail"),
]
ACCOUNTS = [Named("ACC-1", "Hooli"), Named("ACC-2", "Hooli Inc."), Named("ACC-3", "HOOLI, Inc")]
PRODUCTS = [Named("PRD-1", "Falcon sensor", aliases=("FS-200",)), Named("PRD-2", "Heron gauge", aliases=("PG-100",))]


def deals(said: str) -> list[str]:
    return match(said, DEALS, noun="deal")


def test_an_exact_id_comes_alone_whatever_its_case() -> None:
    assert deals("opp-3") == ["OPP-3"]


def test_a_name_equal_but_for_case_and_spaces_comes_alone() -> None:
    assert match("  HOOLI ", ACCOUNTS, noun="account") == ["ACC-1"]


def test_records_that_share_the_bare_name_all_come() -> None:
    assert sorted(match("the Hooli Ltd account", ACCOUNTS, noun="account")) == ["ACC-1", "ACC-2", "ACC-3"]


def test_the_noun_and_fillers_are_not_part_of_the_name() -> None:
    assert deals("the Hooli expansion deal") == ["OPP-1"]


def test_an_ambiguous_name_brings_every_candidate() -> None:
    assert deals("Acme rollout") == ["OPP-3", "OPP-4"]


def test_singular_and_plural_mean_the_same() -> None:
    assert match("falcon sensors", PRODUCTS, noun="product") == ["PRD-1"]


def test_the_beginning_of_a_word_is_enough() -> None:
    assert deals("acme roll nor") == ["OPP-3"]


def test_an_alias_is_as_good_as_the_name() -> None:
    assert match("fs-200", PRODUCTS) == ["PRD-1"]


def test_a_deal_is_found_through_its_account() -> None:
    assert deals("Umbria expansion") == ["OPP-2"]


def test_a_match_in_the_own_name_comes_before_one_in_the_context() -> None:
    assert match("acme", [Named("B", "South", context="Acme"), Named("A", "Acme big order")]) == ["A", "B"]


def test_a_company_may_be_called_like_a_filler() -> None:
    assert match("The Company", [Named("A", "The Company"), Named("B", "Order")]) == ["A"]


@pytest.mark.parametrize("said", ["", "   ", "!?", "Umbrella"])
def test_nothing_is_guessed(said: str) -> None:
    assert deals(said) == []


def test_the_limit_holds() -> None:
    assert match("acme", DEALS, limit=1) == ["OPP-3"]


def test_near_names_are_offered_best_first() -> None:
    assert nearest("Holi expantion", [one.name for one in DEALS])[0] == "Hooli expansion"


def test_no_hint_is_given_for_what_resembles_nothing() -> None:
    assert nearest("zzzz", ["Hooli", "Globex"]) == []


@given(st.text(max_size=40), st.text(max_size=10))
def test_normalising_twice_changes_nothing_more(text: str, noun: str) -> None:
    once = normalise(text, noun=noun)
    assert normalise(once, noun=noun) == once


@given(st.lists(st.text(max_size=20), max_size=6), st.text(max_size=20))
def test_only_known_records_come_back_and_each_once(names: list[str], said: str) -> None:
    known = [Named(f"ID-{number}", name) for number, name in enumerate(names)]
    found = match(said, known, limit=3)
    assert len(found) == len(set(found)) <= 3
    assert set(found) <= {one.id for one in known}
