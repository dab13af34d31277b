"""Systems placet can read and, through the executor, write."""

from placet.connectors.protocol import Reader, Writer

__all__ = ["Reader", "Writer"]
