"""Proofs over the ledger's RFC 6962 tree: that an entry is in it, and that a tree grew out of an earlier one.

The tree itself and its hashes live in `standalone`. Leaf hashes are 32 bytes each, indexes count from 0.
"""

from collections.abc import Sequence

from placet.ledger.standalone import Tree, node_hash


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash over leaf hashes (RFC 6962 §2.1)."""
    tree = Tree()
    tree.extend(leaves)
    return tree.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf `index`, lowest first (RFC 6962 §2.1.1).

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise ValueError(f"a tree of {len(leaves)} leaves has no leaf {index}")
    path: list[bytes] = []
    while len(leaves) > 1:
        split = _split(len(leaves))
        left, right = leaves[:split], leaves[split:]
        here, there = (left, right) if index < split else (right, left)
        path.append(tree_root(there))
        leaves, index = here, index if index < split else index - split
    return path[::-1]


def consistency_proof(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The proof that the tree over `leaves` grew out of its first `first` (RFC 6962 §2.1.2).

    Raises:
        ValueError: `first` is not between 1 and the number of leaves.
    """
    if not 0 < first <= len(leaves):
        raise ValueError(f"a tree of {len(leaves)} leaves did not grow out of one of {first}")
    proof: list[bytes] = []
    known = True  # whether the verifier has the root of the part we are in
    while first < len(leaves):
        split = _split(len(leaves))
        if first <= split:
            proof.append(tree_root(leaves[split:]))
            leaves = leaves[:split]
        else:
            proof.append(tree_root(leaves[:split]))
            leaves, first, known = leaves[split:], first - split, False
    return ([] if known else [tree_root(leaves)]) + proof[::-1]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return int(1 << (size - 1).bit_length() - 1)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that `leaf` is number `index` of the tree (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(first: int, second: int, proof: Sequence[bytes], old: bytes, new: bytes) -> bool:
    """Whether `proof` shows that the tree of `second` leaves grew out of the one of `first` (RFC 9162 §2.1.4.2)."""
    if first == second:
        return not proof and old == new
    if not 0 < first < second or not proof:
        return False
    steps = list(proof) if first & (first - 1) else [old, *proof]
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    was = now = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            was, now = node_hash(step, was), node_hash(step, now)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            now = node_hash(now, step)
        here, last = here >> 1, last >> 1
    return last == 0 and was == old and now == new
