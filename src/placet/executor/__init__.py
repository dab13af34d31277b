"""Claim, grant, send, classify, reconcile: the only caller of a writer."""

from placet.executor.claiming import Known
from placet.executor.executing import Executor, System
from placet.executor.grants import GrantSeal

__all__ = ["Executor", "GrantSeal", "Known", "System"]
