"""Rules that cannot be meant: never decisive, never true, or about attributes that do not exist."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from placet.rules.attributes import attributes_in, doubts_about
from placet.rules.conditions import prepare
from placet.rules.policies import Policies, Rule
from placet.vocabulary import ObjectSchema, Scope, Verdict

_STRENGTH: Final = {Verdict.ALLOW: 0, Verdict.ASK: 1, Verdict.DENY: 2}


@dataclass(frozen=True, slots=True)
class RuleDoubt:
    """Something about the rule at place `rule` in the file. `condition` is its place in `when`, or `None`."""

    rule: int
    condition: int | None
    message: str
    nearest: str = ""


def doubtful_rules(policies: Policies, schemas: Mapping[str, ObjectSchema]) -> Iterator[RuleDoubt]:
    """Everything that can be told about rules without asking them a question.

    `schemas` are the objects of the configured systems by full name; conditions about other objects are left alone.
    """
    for at, rule in enumerate(policies.rules):
        for place, condition in enumerate(rule.conditions):
            if not any(attributes_in(condition.text)) and condition.ask(prepare({})).answer == "false":
                yield RuleDoubt(at, place, f"`{condition.text}` is never true, so the rule can never match")
            elif (known := _objects(rule, schemas)) is not None:
                guards = [one.text for one in rule.conditions]
                for doubt in doubts_about(condition.text, known, guards):
                    yield RuleDoubt(at, place, doubt.message, doubt.nearest)
        shadow = _shadow(policies, at, rule)
        if shadow is not None:
            yield RuleDoubt(at, None, shadow)


def _objects(rule: Rule, schemas: Mapping[str, ObjectSchema]) -> list[ObjectSchema] | None:
    """The objects a rule speaks about, or `None` if one of them is not known."""
    found: dict[str, ObjectSchema] = {}
    for scope in rule.scopes:
        meant = [name for name in schemas if scope.covers(Scope(*name.partition(".")[::2], scope.verb))]
        if not meant:
            return None
        found |= {name: schemas[name] for name in meant}
    return list(found.values())


def _shadow(policies: Policies, at: int, rule: Rule) -> str | None:
    """Why a rule never decides: another matches whenever it does, and always comes first."""
    for place, other in enumerate(policies.rules):
        if place == at or not _as_broad(other, rule):
            continue
        stronger = _STRENGTH[other.then] - _STRENGTH[rule.then]
        if stronger > 0:
            return f"it never decides: `{other.id}` matches whenever it does, and {other.then} wins over {rule.then}"
        earlier = (-other.quorum, place) < (-rule.quorum, at)
        if stronger == 0 and earlier:
            return f"it never decides: `{other.id}` matches whenever it does and comes first"
    return None


def _as_broad(other: Rule, rule: Rule) -> bool:
    """Whether `other` matches whenever `rule` does: on all its scopes, with no further condition.

    An allow rule needs all its conditions answered, others only none of them false; the same condition counts once.
    """
    scopes = all(any(own.covers(scope) for own in other.scopes) for scope in rule.scopes)
    own = {condition.text for condition in rule.conditions}
    fewer = all(condition.text in own for condition in other.conditions)
    sure = other.then is not Verdict.ALLOW or rule.then is Verdict.ALLOW
    return scopes and fewer and sure
