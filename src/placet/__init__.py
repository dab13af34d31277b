"""placet: agents propose, people approve in Slack, and only what was approved reaches the CRM and the ERP.

This is the one public door. Names are loaded on first use, so that importing `placet` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placet.connectors import Reader
    from placet.engine.state import RunContext, State
    from placet.engine.steps import Steps
    from placet.errors import PlacetError
    from placet.toolbox import Reference, egress, read, write
    from placet.vocabulary import (
        CLEAR,
        Amount,
        Call,
        Condition,
        Create,
        Delete,
        Money,
        Record,
        RecordRef,
        Scope,
        Transition,
        Update,
    )

__all__ = [
    "CLEAR", "Amount", "Call", "Condition", "Create", "Delete", "Money", "PlacetError", "Reader", "Record",
    "RecordRef", "Reference", "RunContext", "Scope", "State", "Steps", "Transition", "Update", "egress", "read",
    "write",
]  # fmt: skip

_HOMES = {
    "Reader": "connectors",
    "RunContext": "engine.state",
    "State": "engine.state",
    "Steps": "engine.steps",
    "PlacetError": "errors",
    "Reference": "toolbox",
    "egress": "toolbox",
    "read": "toolbox",
    "write": "toolbox",
}  # everything else lives in the vocabulary


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module `placet` has no attribute `{name}`")
    return getattr(import_module(f"placet.{_HOMES.get(name, 'vocabulary')}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
