"""The append-only, hash-chained record of what was received, proposed, decided and done."""

from placet.ledger.chain import GENESIS, Entry, Verified, append, entries, verify
from placet.ledger.moves import move

__all__ = ["GENESIS", "Entry", "Verified", "append", "entries", "move", "verify"]
