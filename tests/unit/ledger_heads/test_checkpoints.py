"""Heads in the form of c2sp.org/tlog-checkpoint and c2sp.org/signed-note."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ledger_heads.chains import KEYS, SEED, SIGNER, chain, signed

from placet.errors import LedgerKeyUnavailable
from placet.ledger.keys import LedgerSigner, new_key
from placet.ledger.standalone import (
    Checkpoint,
    Damage,
    read_checkpoint,
    read_public_keys,
    signature_problem,
    split_notes,
)
from placet.vocabulary import Secret

GOLDEN = """example.com/deals
3
0UlQ1UVqc6iV16tMi/Z460jrK65y4CaeyLgZXr7x13s=

— example.com/deals CAdg4QgNxGAreGN3AyTuqKNPoFw7N9BNOXOw5Q0jjLn0gBc/jhKW/LFKDFL/rnVP8x8fB46aVwtuFETBItT8ZAQOvQM=
"""


def test_a_head_is_byte_for_byte_the_golden_checkpoint() -> None:
    assert signed(chain(3), 3) == [GOLDEN]


def test_the_verifier_key_is_the_golden_one() -> None:
    assert SIGNER.verifier_key() == "example.com/deals+080760e1+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"


def test_a_note_signed_elsewhere_verifies() -> None:
    """The note of golang.org/x/mod/sumdb/note's own tests."""
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    keys = read_public_keys("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n")
    raw = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    note = Checkpoint("PeterNeumann", 0, b"", text, (("PeterNeumann", raw[:4], raw[4:]),))
    assert signature_problem(note, keys) is None


def test_the_example_of_the_specification_is_read() -> None:
    note = read_checkpoint(
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+"
        "zyWE+xeMcTOAYQ8=\n"
    )
    assert (note.origin, note.size, note.root[:2].hex()) == ("example.com/behind-the-sofa", 20852163, "0ac5")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n3\n", "\n03\n"),
        ("\n3\n", "\n-3\n"),
        ("\n3\n", "\n٣\n"),
        ("\n3\n", "\n" + "9" * 5_000 + "\n"),
        ("=\n\n", "\n\n"),
        ("\n\n", "\n"),
        ("— ", "- "),
        ("example.com/deals\n3", "\n3"),
        ("\n3\n", "\r\n3\n"),
        ("\n\n", "\n\x00\n\n"),
    ],
)
def test_a_note_of_another_form_is_refused(old: str, new: str) -> None:
    with pytest.raises(ValueError, match="it "):
        read_checkpoint(GOLDEN.replace(old, new, 1))


def test_signatures_of_strangers_are_ignored_beside_ours() -> None:
    stranger = LedgerSigner.from_secret(Secret("2" * 64), "witness.example/one")
    line = stranger.sign(3, b"\0" * 32).rpartition("\n\n")[2]
    assert signature_problem(read_checkpoint(GOLDEN + line), KEYS) is None
    assert signature_problem(read_checkpoint(GOLDEN.rpartition("\n\n")[0] + "\n\n" + line), KEYS) == (
        Damage.SIGNATURE,
        "no known key signed it",
    )


def test_one_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    line = SIGNER.sign(4, b"\0" * 32).rpartition("\n\n")[2]
    problem = signature_problem(read_checkpoint(GOLDEN + line), KEYS)
    assert problem == (Damage.SIGNATURE, "its signature does not fit its text")


@given(st.lists(st.integers(1, 12), max_size=5, unique=True), st.sampled_from(["", "\n", "\n\n"]))
def test_a_file_of_notes_falls_apart_into_the_notes(sizes: list[int], between: str) -> None:
    notes = signed(chain(12), *sizes, 12)
    assert split_notes(between.join(notes) + between) == notes


@pytest.mark.parametrize("text", ["", "nonsense", "a+b", "a+00000000+AQ==", "example.com/deals+00000000+" + "A" * 44])
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it "):
        read_public_keys(text)


def test_a_fresh_key_signs_and_its_public_line_verifies() -> None:
    signer = LedgerSigner.from_secret(new_key(), "example.com/new")
    note = read_checkpoint(signer.sign(0, b"\1" * 32))
    assert signature_problem(note, read_public_keys(signer.verifier_key())) is None


@pytest.mark.parametrize("text", ["", "zz" * 32, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "é"])
def test_a_key_that_cannot_sign_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(LedgerKeyUnavailable) as caught:
        LedgerSigner.from_secret(Secret(text))
    assert not text or text not in f"{caught.value} {caught.value.next_step}"


def test_a_signer_does_not_print_its_key() -> None:
    assert repr(SIGNER) == "LedgerSigner('example.com/deals')"
    assert SEED not in repr(vars(SIGNER))


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "line\nbreak", "nul\x00"])
def test_an_origin_that_could_frame_another_note_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="cannot name a ledger"):
        LedgerSigner.from_secret(Secret(SEED), origin)
