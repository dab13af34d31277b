"""Small ledgers in memory, and the ways somebody could damage them."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from placet.ledger.keys import LedgerSigner
from placet.ledger.standalone import GENESIS, Damage, Row, Tree, leaf_hash
from placet.vocabulary import Secret, canonical, sha256

SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"  # RFC 8032 §7.1, test 1
SIGNER = LedgerSigner.from_secret(Secret(SEED), "example.com/deals")
KEYS = [SIGNER.public_key]


def linked(seq: int, previous: str, **facts: str | int) -> Row:
    """Entry `seq` behind `previous`, as the ledger writes it."""
    said = {"at": f"2026-01-01T00:00:00.{seq:06d}Z", "kind": "tool.read", "run": f"r{seq % 3}", "proposal": ""}
    entry = canonical({**said, "seq": seq, "previous": previous, "facts": dict(facts)})
    return Row(seq, said["at"], said["kind"], said["run"], said["proposal"], entry, previous, sha256(entry))


def chain(size: int, word: str = "first", behind: Sequence[Row] = ()) -> list[Row]:
    """A ledger of `size` entries that go on behind those given."""
    rows = list(behind)
    while len(rows) < size:
        rows.append(linked(len(rows) + 1, rows[-1].hash if rows else GENESIS, word=word, number=len(rows)))
    return rows


def signed(rows: Sequence[Row], *sizes: int, signer: LedgerSigner = SIGNER) -> list[str]:
    """Heads of these sizes; of every size without any."""
    notes, tree = [], Tree()
    for row in rows:
        tree.extend([leaf_hash(row.entry)])
        if tree.size in sizes or not sizes:
            notes.append(signer.sign(tree.size, tree.root()))
    return notes


@dataclass
class Case:
    """A damaged ledger, the heads it is held against, and what must be found."""

    rows: list[Row]
    heads: list[str]
    entry: int


def edited(rows: list[Row], at: int, dice: random.Random) -> Case:
    heads = signed(rows, len(rows))
    changed = rows[at - 1].entry.replace(b"first", b"other")
    digest = sha256(changed) if at < len(rows) and dice.random() < 0.5 else rows[at - 1].hash
    return Case([*rows[: at - 1], rows[at - 1]._replace(entry=changed, hash=digest), *rows[at:]], heads, at)


def inserted(rows: list[Row], at: int, dice: random.Random) -> Case:
    heads = signed(rows, len(rows))
    before = rows[at - 2].hash if at > 1 else GENESIS
    copied = dice.choice([row for row in rows if row.seq != at])
    intruder = dice.choice([linked(at, before, word="forged"), linked(at, "f" * 64, word="forged"), copied])
    later = [row._replace(seq=row.seq + 1) for row in rows[at - 1 :]] if dice.random() < 0.5 else rows[at - 1 :]
    return Case([*rows[: at - 1], intruder._replace(seq=at), *later], heads, at)


def deleted(rows: list[Row], at: int, dice: random.Random) -> Case:
    at = min(at, len(rows) - 1)  # taking the last away is truncation
    later = [row._replace(seq=row.seq - 1) for row in rows[at:]] if dice.random() < 0.5 else rows[at:]
    return Case([*rows[: at - 1], *later], signed(rows, len(rows)), at)


def reordered(rows: list[Row], at: int, dice: random.Random) -> Case:
    other = dice.choice([row.seq for row in rows if row.seq != at])
    low, high = sorted((at, other))
    moved = list(rows)
    moved[low - 1], moved[high - 1] = rows[high - 1], rows[low - 1]
    if dice.random() < 0.5:  # as in a database, where the numbers were swapped
        moved = [row._replace(seq=number) for number, row in enumerate(moved, 1)]
    return Case(moved, signed(rows, len(rows)), low)


def truncated(rows: list[Row], at: int, dice: random.Random) -> Case:
    return Case(rows[: at - 1], signed(rows, dice.randint(at, len(rows)), len(rows)), at)


def rewritten(rows: list[Row], at: int, dice: random.Random) -> Case:
    return Case(chain(len(rows), "forged", rows[: at - 1]), signed(rows), at)


def columns(rows: list[Row], at: int, dice: random.Random) -> Case:
    column = dice.choice(["at", "kind", "run", "proposal", "previous", "hash"])
    changed = Row(**(rows[at - 1]._asdict() | {column: "a" * 64}))
    return Case([*rows[: at - 1], changed, *rows[at:]], signed(rows, len(rows)), at)


def signature(rows: list[Row], at: int, dice: random.Random) -> Case:
    heads = signed(rows, at, len(rows))
    start = heads[0].index("\u2014") + len(f"\u2014 {SIGNER.origin} ")
    place = dice.randrange(start, len(heads[0]) - 3)  # before the padding and the newline
    other = dice.choice([letter for letter in "ABCDwxyz0189+/" if letter != heads[0][place]])
    return Case(rows, [heads[0][:place] + other + heads[0][place + 1 :], *heads[1:]], at)


DAMAGES: dict[Damage, Callable[[list[Row], int, random.Random], Case]] = {
    Damage.EDITED: edited,
    Damage.INSERTED: inserted,
    Damage.DELETED: deleted,
    Damage.REORDERED: reordered,
    Damage.TRUNCATED: truncated,
    Damage.REWRITTEN: rewritten,
    Damage.COLUMNS: columns,
    Damage.SIGNATURE: signature,
}
