"""People as the policy knows them."""

from dataclasses import dataclass

from placet.vocabulary.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person who may ask or decide. `id` is the project's own handle; `slack` is the Slack user id or empty."""

    id: str
    name: str
    email: str
    slack: str = ""
    roles: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A named set of scopes that people hold."""

    id: str
    scopes: tuple[Scope, ...]
