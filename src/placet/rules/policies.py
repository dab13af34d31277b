"""People, roles and rules of a project, resolved and ready to be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from placet.rules.calendar import Calendar
from placet.rules.conditions import CelCondition
from placet.vocabulary import Person, Role, Ruling, Scope, Verdict

OWNER_ROLE: Final = "owner"
"""Who decides in mode `ask` where no ask rule names approvers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule with compiled conditions. `approvers` are roles; `file` and `line` say where it is written.

    With a `calendar`, `expires_in_seconds` counts working time only. `escalates_to` are the roles it names for later.
    """

    id: str
    scopes: tuple[Scope, ...]
    conditions: tuple[CelCondition, ...]
    then: Verdict
    approvers: tuple[str, ...]
    quorum: int
    not_requester: bool
    expires_in_seconds: int
    because: str
    file: str
    line: int
    calendar: Calendar | None = None
    escalates_to: tuple[str, ...] = ()

    def concerns(self, scope: Scope) -> bool:
        """Whether the rule speaks about `scope`."""
        return any(own.covers(scope) for own in self.scopes)


@dataclass(frozen=True, kw_only=True)
class Policies:
    """Everything the policy folder says. `hash` pins it: SHA-256 over the canonical JSON of all its data."""

    people: Mapping[str, Person]
    roles: Mapping[str, Role]
    rules: tuple[Rule, ...]
    hash: str
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    @cached_property
    def _exact(self) -> Mapping[Scope, tuple[int, ...]]:
        """Places of the rules that name a scope outright."""
        places: dict[Scope, list[int]] = {}
        for at, rule in enumerate(self.rules):
            for scope in dict.fromkeys(rule.scopes):
                places.setdefault(scope, []).append(at)
        return {scope: tuple(found) for scope, found in places.items()}

    @cached_property
    def _wild(self) -> tuple[int, ...]:
        return tuple(
            at for at, rule in enumerate(self.rules) if any("*" in {one.object, one.verb} for one in rule.scopes)
        )

    def rules_on(self, scope: Scope) -> tuple[Rule, ...]:
        """The rules that speak about `scope`, in the order of the file."""
        wild = [at for at in self._wild if self.rules[at].concerns(scope)]
        places = sorted({*self._exact.get(scope, ()), *wild}) if wild else self._exact.get(scope, ())
        return tuple(self.rules[at] for at in places)

    @cached_property
    def _by_slack(self) -> Mapping[str, Person]:
        return {one.slack: one for one in self.people.values() if one.slack}

    @cached_property
    def _by_email(self) -> Mapping[str, Person]:
        return {one.email.casefold(): one for one in self.people.values()}

    def person_by_slack(self, slack: str) -> Person | None:
        """The person with that Slack user id, active or not, or `None`."""
        return self._by_slack.get(slack)

    def person_by_email(self, email: str) -> Person | None:
        """The person with that e-mail address, active or not, or `None`. Case does not matter."""
        return self._by_email.get(email.casefold())

    def scopes_of(self, person_id: str) -> frozenset[Scope]:
        """All scopes of a person's roles; none for someone unknown or not active."""
        person = self.people.get(person_id)
        if person is None or not person.active:
            return frozenset()
        return frozenset(scope for role in person.roles if role in self.roles for scope in self.roles[role].scopes)

    def holders_of(self, role: str) -> tuple[Person, ...]:
        """The active people who hold a role, in the order of the file."""
        return tuple(one for one in self.people.values() if one.active and role in one.roles)

    def approvers_for(self, ruling: Ruling, requester: str) -> tuple[Person, ...]:
        """Who may decide: active people with one of the ruling's roles, without the requester where it says so."""
        return tuple(
            one
            for one in self.people.values()
            if one.active
            and any(role in one.roles for role in ruling.approvers)
            and not (ruling.not_requester and one.id == requester)
        )
