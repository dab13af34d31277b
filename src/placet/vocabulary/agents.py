"""Agents as the project's files describe them."""

from dataclasses import dataclass

from placet.vocabulary.proposals import Mode
from placet.vocabulary.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one run may do: turns of the model, and proposals it may make."""

    steps_per_run: int = 12
    proposals_per_run: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSpec:
    """Who may act, and how. `tools` are full names such as `crm.find_deals`; `owner` is a person's id.

    `confidence_floor` is a decimal between 0 and 1 as text: below it the agent asks back instead of proposing.
    `None` means there is no floor. A model that gives no confidence is not held to it: its proposals go by the rules.
    """

    id: str
    title: str
    description: str
    instructions: str
    graph: str
    tools: tuple[str, ...]
    scopes: tuple[Scope, ...]
    mode: Mode
    owner: str
    confidence_floor: str | None
    limits: Limits
