"""Signed heads: what the ledger was at a size, in C2SP checkpoint form, and the times when none could be signed.

Each head keeps the frontier of its tree, so the next one reads only the entries since. Before it is used, that
frontier is held against the root that was signed, and the last entry against the hash written down beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from placet.errors import LedgerBroken, LedgerKeyUnavailable
from placet.ledger.chain import append
from placet.ledger.keys import LedgerSigner
from placet.ledger.standalone import GENESIS, PublicKey, Tree, Walk, diagnose, read_checkpoint, signature_problem
from placet.storage import Transaction
from placet.storage.ledger_rows import (
    all_entry_rows,
    anchor_rows,
    hash_at,
    head_rows,
    insert_head,
    last_link,
    last_of_kinds,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A signed head. `anchors` names where it was put; `chain` is the hash of entry number `size`."""

    size: int
    root: str
    chain: str
    note: str
    at: str
    anchors: tuple[str, ...] = ()


def heads(tx: Transaction, *, last: int = 0) -> list[Head]:
    """Signed heads by size; with `last`, only the newest so many."""
    placed: dict[int, list[str]] = {}
    for row in anchor_rows(tx):
        placed.setdefault(row.size, []).append(row.anchor)
    return [
        Head(
            size=row.size, root=row.root, chain=row.chain, note=row.note, at=row.at,
            anchors=tuple(dict.fromkeys(placed.get(row.size, ()))),
        )
        for row in head_rows(tx, last=last)
    ]  # fmt: skip


def sign_head(tx: Transaction, signer: LedgerSigner) -> Head:
    """Sign the ledger as it stands, in the caller's transaction; the newest head if nothing came since.

    It verifies every entry since the last head first, and never signs what contradicts a head it finds: a log must
    not sign inconsistent checkpoints (c2sp.org/tlog-checkpoint).

    Raises:
        LedgerBroken: an entry since the last head does not fit, or the ledger is not the one that was signed.
    """
    last_link(tx)  # holds off appends on PostgreSQL, so that the size we sign is the size that is there
    found = next(iter(head_rows(tx, last=1)), None)
    if found is not None and _problem(found, signer.public_key) is not None:
        append(tx, "ledger.key_changed", {"key": signer.verifier_key(), "signed": found.size})
    walk = _walk_on(tx, found, signer.public_key)
    if found is not None and found.size == walk.tree.size:
        return heads(tx, last=1)[0]
    root = walk.tree.root()
    head = Head(
        size=walk.tree.size, root=root.hex(), chain=walk.chain, note=signer.sign(walk.tree.size, root), at=tx.stamp
    )
    insert_head(
        tx, size=head.size, root=head.root, chain=head.chain, note=head.note, at=head.at, frontier=_frontier(walk.tree)
    )
    return head


def keep_head(tx: Transaction, signer: Callable[[], LedgerSigner]) -> Head | None:
    """The periodic job: sign a head, or write down from when none could be signed.

    `signer` reads the key each time. While it raises `LedgerKeyUnavailable` one `ledger.gap` stands in the ledger;
    the first head after it is preceded by `ledger.gap_ended`.
    """
    try:
        able = signer()
    except LedgerKeyUnavailable as error:
        open_gap(tx, reason=error.reason)
        return None
    close_gap(tx)
    return sign_head(tx, able)


def open_gap(tx: Transaction, *, reason: str) -> int | None:
    """Record that no head can be signed from now on; nothing if that is known already. Returns the entry."""
    if _gap(tx) is not None:
        return None
    newest = head_rows(tx, last=1)
    facts = {"since": tx.stamp, "reason": reason, "signed": newest[0].size if newest else 0}
    return append(tx, "ledger.gap", facts)


def close_gap(tx: Transaction) -> int | None:
    """Record that heads can be signed again; nothing if no gap is open. Returns the entry."""
    gap = _gap(tx)
    return None if gap is None else append(tx, "ledger.gap_ended", {"gap": gap.seq, "since": gap.at})


def _gap(tx: Transaction) -> Any | None:
    last = last_of_kinds(tx, ("ledger.gap", "ledger.gap_ended"))
    return last if last is not None and last.kind == "ledger.gap" else None


def _walk_on(tx: Transaction, found: Any | None, key: PublicKey) -> Walk:
    """Verify from the last head on where it can be trusted, else from the first entry."""
    tree = None if found is None else _trusted_tree(found, key)
    if found is None or tree is None:
        walk = Walk(() if found is None else (found.size,))
        rows = all_entry_rows(tx)
    else:
        if found.size and hash_at(tx, found.size) != found.chain:
            raise LedgerBroken(seq=found.size, damage="it is missing or is not the entry that was signed")
        walk = Walk(tree=tree, chain=found.chain if found.size else GENESIS)
        rows = all_entry_rows(tx, after=found.size)
    if not walk.run(rows):
        finding = diagnose(walk, ())
        raise LedgerBroken(seq=finding.entry, damage=finding.detail)
    for gone in walk.account.close():
        raise LedgerBroken(seq=gone.entry, damage=gone.detail)
    if found is not None and tree is None and walk.roots.get(found.size) != read_checkpoint(found.note).root:
        raise LedgerBroken(seq=found.size, damage="the entries up to it are not those that were signed")
    return walk


def _trusted_tree(found: Any, key: PublicKey) -> Tree | None:
    """The tree of a head, if this key signed its root: then no other frontier has that root."""
    if _problem(found, key) is not None:
        return None
    try:
        tree = restore_tree(found.size, found.frontier)
    except ValueError:
        return None
    checkpoint = read_checkpoint(found.note)
    return tree if (checkpoint.size, checkpoint.root) == (found.size, tree.root()) else None


def _problem(found: Any, key: PublicKey) -> object | None:
    try:
        return signature_problem(read_checkpoint(found.note), [key])
    except ValueError as error:
        raise LedgerBroken(seq=found.size, damage=f"its head cannot be read: {error}") from None


def _frontier(tree: Tree) -> str:
    return ",".join("-" if peak is None else peak.hex() for peak in tree.peaks)


def restore_tree(size: int, frontier: str) -> Tree:
    """The tree whose peaks `frontier` lists, lowest first, `-` for none. Compare its root with a signed one.

    Raises:
        ValueError: a peak is no hexadecimal text.
    """
    peaks = frontier.split(",") if frontier else []
    return Tree(size, [None if peak == "-" else bytes.fromhex(peak) for peak in peaks])
