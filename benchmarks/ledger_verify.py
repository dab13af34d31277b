"""How long it takes to verify a ledger of 100,000 entries, as ratios to hashing its bytes once in the same run.

python benchmarks/ledger_verify.py [ENTRIES]
"""

import hashlib
import io
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert

from placet.ledger import append, verify
from placet.ledger.examining import examine_ledger
from placet.ledger.export import export_jsonl, rows
from placet.ledger.heads import sign_head
from placet.ledger.keys import LedgerSigner, new_key
from placet.ledger.merkle import tree_root
from placet.ledger.standalone import GENESIS, Row, chain_hash, examine, leaf_hash, read_export
from placet.storage import Store, Transaction
from placet.storage.tables import ledger, ledger_heads

T = TypeVar("T")
AT = "2026-01-01T00:00:00.000000Z"


def generated(count: int) -> Iterator[Row]:
    """Entries of the size the demo writes; plain ASCII and integers, so sorted JSON is the canonical form."""
    previous = GENESIS
    for seq in range(1, count + 1):
        facts = {"arguments": {"name": "Larkspur GmbH", "stage": "negotiation"}, "hash": "a" * 64, "tool": "find_deals"}
        said = {"at": AT, "facts": facts | {"n": seq}, "kind": "tool.read", "previous": previous}
        entry = json.dumps(
            said | {"proposal": "", "run": f"run-{seq % 97}", "seq": seq}, sort_keys=True, separators=(",", ":")
        ).encode()
        digest = chain_hash(entry)
        yield Row(seq, AT, "tool.read", f"run-{seq % 97}", "", entry, previous, digest)
        previous = digest


def best(work: Callable[[], T], rounds: int = 3) -> tuple[float, T]:
    """The shortest of a few rounds, in seconds, and the last result."""
    seconds: list[float] = []
    results: list[T] = []
    for _ in range(rounds):
        start = time.perf_counter()
        results = [work()]
        seconds.append(time.perf_counter() - start)
    return min(seconds), results[0]


def fill(store: Store, count: int) -> None:
    named = [dict(zip(Row._fields[:8], row, strict=False)) for row in generated(count)]
    store.write_now(lambda tx: tx.connection.execute(insert(ledger), named))


def one_small_change(tx: Transaction) -> None:
    """The cheapest thing that has to reach the disk."""
    tx.connection.execute(ledger_heads.update().values(at=secrets.token_hex(8)))


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'ledger.sqlite'}")
        fill(store, count)
        stored = store.read_now(lambda tx: list(rows(tx)))
        lines = io.StringIO()
        store.read_now(lambda tx: export_jsonl(tx, lines))
        signer = LedgerSigner.from_secret(new_key())
        once, _ = best(lambda: [hashlib.sha256(row.entry).digest() for row in stored])
        print(f"{count} entries, {sum(len(row.entry) for row in stored) / count:.0f} bytes each")
        print(f"hashing the bytes once                  {once:7.3f} s   1.0 x")

        def show(name: str, work: Callable[[], object], rounds: int = 3) -> None:
            seconds, _ = best(work, rounds)
            print(f"{name:<40}{seconds:7.3f} s {seconds / once:5.1f} x")

        leaves = [leaf_hash(row.entry) for row in stored]
        show("root over the leaves", lambda: tree_root(leaves))
        show("examine stored rows (chain, columns, tree)", lambda: examine(stored))
        show("verify in the database, reading included", lambda: store.read_now(verify))
        show("verify an exported file, parsing included", lambda: examine(read_export(lines.getvalue().splitlines())))
        show("examine deeply, every entry parsed", lambda: store.read_now(lambda tx: examine_ledger(tx, (), deep=True)))
        show("first head over everything", lambda: store.write_now(lambda tx: sign_head(tx, signer)), 1)
        commit, _ = best(lambda: store.write_now(one_small_change), 50)
        added, _ = best(lambda: store.write_now(lambda tx: append(tx, "tool.read", {"tool": "find_deals"})), 50)
        headed, _ = best(
            lambda: store.write_now(lambda tx: (append(tx, "tool.read", {"n": 1}), sign_head(tx, signer))), 50
        )
        print(f"append {added / commit:.1f} x, append and sign a head {headed / commit:.1f} x one durable commit")
        store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
