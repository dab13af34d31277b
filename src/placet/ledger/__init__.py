"""The append-only, hash-chained record of what was received, proposed, decided and done."""

from placet.ledger.chain import Entry, Verified, append, entries, entries_of, verify
from placet.ledger.moves import move
from placet.ledger.standalone import GENESIS

__all__ = ["GENESIS", "Entry", "Verified", "append", "entries", "entries_of", "move", "verify"]
