"""The shape of the policy files, exactly as they are written. Meaning is given to them in `policies.py`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from placet.rules.durations import seconds_in
from placet.rules.shapes import Shape
from placet.vocabulary import Scope

LONGEST_CONDITION = 500
"""Characters. The CEL parser overflows the process's stack on chains of thousands of operators (measured: 20,000)."""


def _scope(text: str) -> str:
    Scope.parse(text)
    return text


def _duration(text: str) -> str:
    seconds_in(text)
    return text


Handle = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
"""Ids of people, roles, rules and agents: lower case, digits and hyphens, at most 64 characters."""
Sentence = Annotated[str, Field(min_length=1, max_length=500)]
ScopeText = Annotated[str, AfterValidator(_scope)]
DurationText = Annotated[str, AfterValidator(_duration)]
ConditionText = Annotated[str, Field(min_length=1, max_length=LONGEST_CONDITION)]


class PersonEntry(Shape):
    """One person of `policies/people.yaml`. `slack` is the Slack user id, empty for people without Slack."""

    id: Handle
    name: Sentence
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)]
    slack: Annotated[str, Field(pattern=r"^([UW][A-Z0-9]{2,30})?$")] = ""
    roles: tuple[Handle, ...] = ()
    active: bool = True


class PeopleFile(Shape):
    """`policies/people.yaml`."""

    people: tuple[PersonEntry, ...] = ()


class RoleEntry(Shape):
    """One role of `policies/roles.yaml`."""

    id: Handle
    scopes: tuple[ScopeText, ...] = ()


class RolesFile(Shape):
    """`policies/roles.yaml`."""

    roles: tuple[RoleEntry, ...] = ()


class ApproversEntry(Shape):
    """Who decides: `quorum` distinct people who hold `role`; `not` keeps the requester out unless it is `[]`."""

    role: Handle
    quorum: Annotated[int, Field(ge=1, le=20)] = 1
    not_: Annotated[tuple[Literal["requester"], ...], Field(alias="not")] = ("requester",)


class NextRole(Shape):
    """Whom an escalation reaches."""

    role: Handle


class EscalationEntry(Shape):
    """When nobody decided for so long, another role is told."""

    after: DurationText
    to: NextRole


class RuleEntry(Shape):
    """One rule of `policies/rules.yaml` (DESIGN §5). All conditions of `when` must hold; none means always."""

    id: Handle
    on: Annotated[tuple[ScopeText, ...], Field(min_length=1)]
    when: tuple[ConditionText, ...] = ()
    then: Literal["deny", "ask", "allow"]
    approvers: ApproversEntry | None = None
    expires: DurationText = "4h"
    escalate: tuple[EscalationEntry, ...] = ()
    because: Sentence

    @model_validator(mode="after")
    def _approvers_fit(self) -> "RuleEntry":
        if self.then == "ask" and self.approvers is None:
            raise ValueError("an `ask` rule needs `approvers`")
        if self.then != "ask" and (self.approvers or self.escalate or "expires" in self.model_fields_set):
            raise ValueError(f"`approvers`, `expires` and `escalate` belong to `ask` rules, not to `{self.then}`")
        return self


class RulesFile(Shape):
    """`policies/rules.yaml`."""

    rules: tuple[RuleEntry, ...] = ()
