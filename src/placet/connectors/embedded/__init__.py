"""The embedded company: a CRM and an ERP on SQLite, with every grade of guarantee a real system may have."""

from placet.connectors.embedded.options import EmbeddedOptions, Faults
from placet.connectors.embedded.reader import VERSION, EmbeddedReader
from placet.connectors.embedded.seed import seed_company, seed_missing
from placet.connectors.embedded.system import EgressRow, EmbeddedSystem
from placet.connectors.embedded.tables import System
from placet.connectors.embedded.writer import EmbeddedWriter, Verify

__all__ = [
    "VERSION", "EgressRow", "EmbeddedOptions", "EmbeddedReader", "EmbeddedSystem", "EmbeddedWriter", "Faults",
    "System", "Verify", "seed_company", "seed_missing",
]  # fmt: skip
