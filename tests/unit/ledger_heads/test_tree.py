"""The RFC 6962 tree and its proofs, against the RFC's own examples and its recursive definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.ledger.heads import restore_tree
from placet.ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from placet.ledger.standalone import Tree, leaf_hash, node_hash

# the leaves and roots that implementations of RFC 6962 test with (certificate-transparency, merkle_tree_test)
INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
D = [leaf_hash(bytes([number])) for number in range(7)]
"""The seven leaves d0 … d6 of RFC 6962 §2.1.3; its inner nodes are named as there."""
G, H, I = node_hash(D[0], D[1]), node_hash(D[2], D[3]), node_hash(D[4], D[5])  # noqa: E741 - the RFC's letters
K, J = node_hash(G, H), D[6]
L = node_hash(I, J)


def naive(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1 word for word: MTH(D[n]) = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n]))."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + naive(leaves[:k]) + naive(leaves[k:])).digest()


leaves_of = st.integers(0, 70).map(lambda count: [leaf_hash(str(number).encode()) for number in range(count)])


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_every_implementation_has(size: int) -> None:
    assert tree_root(LEAVES[:size]).hex() == ROOTS[size]


def test_audit_paths_are_those_of_the_rfc() -> None:
    paths = {0: [D[1], H, L], 3: [D[2], G, L], 4: [D[5], J, K], 6: [I, K]}
    assert {index: inclusion_proof(D, index) for index in paths} == paths


def test_consistency_proofs_are_those_of_the_rfc() -> None:
    proofs = {3: [D[2], D[3], G, L], 4: [L], 6: [I, J, K]}
    assert {first: consistency_proof(D, first) for first in proofs} == proofs


@given(leaves_of, st.lists(st.integers(0, 70)))
def test_a_tree_grown_in_any_steps_has_the_root_of_the_definition(leaves: list[bytes], cuts: list[int]) -> None:
    tree, done = Tree(), 0
    for cut in [*sorted(cuts), len(leaves)]:
        tree.extend(leaves[done:cut])
        done = max(done, min(cut, len(leaves)))
        assert tree.root() == naive(leaves[:done])
    assert tree.size == len(leaves)


@given(leaves_of, st.data())
def test_every_leaf_is_proved_at_its_place_and_nowhere_else(leaves: list[bytes], data: st.DataObject) -> None:
    if not leaves:
        return
    index, other = data.draw(st.integers(0, len(leaves) - 1)), data.draw(st.integers(0, len(leaves) - 1))
    proof, root = inclusion_proof(leaves, index), naive(leaves)
    assert verify_inclusion(leaves[index], index, len(leaves), proof, root)
    assert verify_inclusion(leaves[index], other, len(leaves), proof, root) is (index == other)
    assert not verify_inclusion(leaf_hash(b"forged"), index, len(leaves), proof, root)


@given(leaves_of, st.data())
def test_growth_is_proved_and_a_rewritten_past_is_not(leaves: list[bytes], data: st.DataObject) -> None:
    if not leaves:
        return
    first = data.draw(st.integers(1, len(leaves)))
    proof, old, new = consistency_proof(leaves, first), naive(leaves[:first]), naive(leaves)
    assert verify_consistency(first, len(leaves), proof, old, new)
    assert not verify_consistency(first, len(leaves), proof, leaf_hash(b"forged"), new)
    assert not verify_consistency(first, len(leaves), [*proof, old], old, new)


def test_proofs_outside_the_tree_are_refused() -> None:
    for wrong in (-1, 7):
        with pytest.raises(ValueError, match="has no leaf"):
            inclusion_proof(D, wrong)
    for wrong in (0, 8):
        with pytest.raises(ValueError, match="did not grow"):
            consistency_proof(D, wrong)
    assert not verify_inclusion(D[0], 7, 7, [], D[0])
    assert not verify_consistency(0, 7, [L], D[0], D[0])


@given(leaves_of)
def test_a_frontier_survives_being_written_down(leaves: list[bytes]) -> None:
    tree = Tree()
    tree.extend(leaves)
    text = ",".join("-" if peak is None else peak.hex() for peak in tree.peaks)
    again = restore_tree(tree.size, text)
    again.extend([leaf_hash(b"next")])
    assert again.root() == naive([*leaves, leaf_hash(b"next")])
