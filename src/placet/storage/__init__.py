"""Tables, migrations, the unit of work and the checkpointers."""

from placet.storage.store import Store, Transaction, moment, stamp

__all__ = ["Store", "Transaction", "moment", "stamp"]
