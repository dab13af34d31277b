"""Eight classes of damage at random positions: the exact entry and the class are named, each time."""

import random

import pytest
from tests.unit.ledger_heads.chains import DAMAGES, KEYS, SIGNER, chain, linked, signed

from placet.ledger.keys import LedgerSigner
from placet.ledger.standalone import GENESIS, Damage, examine
from placet.vocabulary import Secret

SIZE = 24


def wrong_answers(damage: Damage, positions: int, size: int) -> list[str]:
    """Cases in which something else than this class at this entry came first."""
    dice, rows, wrong = random.Random(damage.value), chain(size), []
    for _ in range(positions):
        case = DAMAGES[damage](rows, dice.randint(1, size), dice)
        found = examine(case.rows, case.heads, KEYS).findings
        if not found or (found[0].entry, found[0].damage) != (case.entry, damage):
            wrong.append(f"{damage} at {case.entry}: {[str(one) for one in found[:1]]}")
    return wrong


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_at_fifty_random_positions_is_located_exactly(damage: Damage) -> None:
    assert wrong_answers(damage, 50, SIZE) == []


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_at_a_thousand_random_positions_is_located_exactly(damage: Damage) -> None:
    assert wrong_answers(damage, 1_000, 120) == []


def test_an_undamaged_ledger_and_its_heads_are_fine() -> None:
    rows = chain(SIZE)
    report = examine(rows, signed(rows), KEYS, signed(rows, 7, 20))
    assert (report.ok, report.entries, report.signed, report.anchored) == (True, SIZE, SIZE, 20)


def test_an_empty_ledger_is_fine() -> None:
    report = examine([])
    assert (report.ok, report.entries, report.chain) == (True, 0, GENESIS)


def test_a_rewrite_between_two_heads_is_narrowed_to_the_entries_between_them() -> None:
    rows = chain(20)
    report = examine(chain(20, "forged", rows[:11]), signed(rows, 5, 10, 15, 20), KEYS)
    assert [(one.entry, one.until, one.damage) for one in report.findings] == [(11, 15, Damage.REWRITTEN)]


def test_a_rewrite_re_signed_with_the_stolen_key_is_told_by_an_anchor_alone() -> None:
    rows, forged = chain(20), chain(20, "forged")
    alone = examine(forged, signed(forged), KEYS)
    anchored = examine(forged, signed(forged), KEYS, signed(rows, 12))
    assert alone.ok
    assert any("would not be seen" in line for line in alone.lines())
    assert anchored.only_anchors_tell
    assert any(line.startswith("only an anchored head shows this") for line in anchored.lines())
    assert anchored.findings[0].damage is Damage.REWRITTEN


def test_an_end_cut_off_with_its_heads_is_told_by_an_anchor_alone() -> None:
    rows = chain(20)
    report = examine(rows[:14], signed(rows, 5, 10), KEYS, signed(rows, 18))
    found = report.findings[0]
    assert (found.entry, found.until, found.damage, found.seen_by) == (15, 18, Damage.TRUNCATED, "anchor")
    assert report.only_anchors_tell


def test_damage_the_chain_shows_is_not_said_to_need_an_anchor() -> None:
    rows = chain(10)
    report = examine([*rows[:3], *rows[4:]], (), KEYS, signed(rows, 10))
    assert not report.only_anchors_tell


def test_a_head_of_another_ledger_is_named_as_such() -> None:
    rows = chain(10)
    foreign = signed(rows, 10, signer=LedgerSigner.from_secret(Secret("1" * 64), "example.com/others"))
    assert [one.damage for one in examine(rows, foreign, KEYS).findings] == [Damage.FOREIGN_HEAD]


def test_a_head_signed_with_another_key_in_our_name_is_refused() -> None:
    rows = chain(10)
    forged = signed(rows, 10, signer=LedgerSigner.from_secret(Secret("1" * 64), SIGNER.origin))
    assert [one.damage for one in examine(rows, forged, KEYS).findings] == [Damage.SIGNATURE]


def test_what_is_no_note_at_all_is_a_wrong_signature() -> None:
    report = examine(chain(3), ["example.com/deals\n3\n"], KEYS)
    assert [(one.entry, one.damage) for one in report.findings] == [(0, Damage.SIGNATURE)]


def test_an_entry_numbered_below_one_is_an_intruder() -> None:
    rows = chain(5)
    found = examine([linked(-4, GENESIS, word="forged"), *rows]).findings
    assert [(one.entry, one.damage) for one in found] == [(1, Damage.INSERTED)]


def test_hostile_bytes_never_crash_the_examination() -> None:
    rows = chain(6)
    for bad in (b"[" * 100_000, b"\xff", b'{"seq":"x"}', b"1" * 5_000):
        found = examine([*rows[:3], rows[3]._replace(entry=bad), *rows[4:]]).findings
        assert (found[0].entry, found[0].damage) == (4, Damage.EDITED)
