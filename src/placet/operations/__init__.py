"""Stop switches, and later health, metrics, drift and retention."""

from placet.operations.switches import release, stop

__all__ = ["release", "stop"]
