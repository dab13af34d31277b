"""Who may have something done: requester ∩ agent ∩ policy, as a list people can read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from placet.rules.policies import Policies, Rule
from placet.vocabulary import AgentSpec, Json, Mode, Person, Scope, Verdict, covered


@dataclass(frozen=True, slots=True)
class Asker:
    """A person who may ask, and the roles that give it."""

    person: Person
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """An agent that holds the scope, and its tools that use it."""

    agent: str
    mode: Mode
    tools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhoCan:
    """The answer for one scope. `gaps` says in words what is missing for anybody to have it done."""

    scope: Scope
    askers: tuple[Asker, ...]
    ways: tuple[Way, ...]
    rules: tuple[tuple[Rule, tuple[Person, ...]], ...]
    gaps: tuple[str, ...]


def who_can(
    policies: Policies, scope: Scope, agents: Iterable[AgentSpec], tools: Mapping[str, Scope], *, agent: str = ""
) -> WhoCan:
    """Who may ask for `scope`, through which agent and tool, and which rules then speak.

    Args:
        policies: The project's policy.
        scope: One exact scope.
        agents: The project's agents.
        tools: The scope of each tool, by its name.
        agent: Only this agent, if given.
    """
    askers = tuple(
        Asker(person, roles)
        for person in policies.people.values()
        if person.active and (roles := _roles(policies, person, scope))
    )
    ways = tuple(
        Way(one.id, one.mode, tuple(name for name in one.tools if tools.get(name) == scope))
        for one in agents
        if covered(scope, one.scopes) and agent in {"", one.id}
    )
    rules = tuple((rule, _deciders(policies, rule)) for rule in policies.rules_on(scope))
    return WhoCan(scope, askers, ways, rules, tuple(_gaps(scope, askers, ways, rules)))


def _roles(policies: Policies, person: Person, scope: Scope) -> tuple[str, ...]:
    held = (role for role in person.roles if role in policies.roles)
    return tuple(role for role in held if covered(scope, policies.roles[role].scopes))


def _deciders(policies: Policies, rule: Rule) -> tuple[Person, ...]:
    if rule.then is not Verdict.ASK:
        return ()
    return tuple(one for one in policies.people.values() if one.active and set(rule.approvers) & set(one.roles))


def _gaps(
    scope: Scope,
    askers: tuple[Asker, ...],
    ways: tuple[Way, ...],
    rules: tuple[tuple[Rule, tuple[Person, ...]], ...],
) -> Iterable[str]:
    if not askers:
        yield "no active person holds the scope"
    if not ways:
        yield "no agent holds the scope"
    elif not any(way.tools for way in ways):
        yield "no tool of these agents has exactly this scope"
    if ways and all(way.mode in {Mode.OFF, Mode.SHADOW} for way in ways):
        yield "every such agent is `off` or in `shadow`, so nothing is sent"
    if scope.verb != "read" and not any(rule.then is not Verdict.DENY for rule, _people in rules):
        yield "no rule allows it or asks for it, so it is always denied"


def who_can_json(found: WhoCan) -> dict[str, Json]:
    """The answer as a JSON document."""
    return {
        "scope": str(found.scope),
        "askers": [
            {"id": one.person.id, "name": one.person.name, "roles": [*one.roles]} for one in found.askers
        ],
        "agents": [{"id": way.agent, "mode": way.mode.value, "tools": [*way.tools]} for way in found.ways],
        "rules": [
            {
                "id": rule.id, "then": rule.then.value, "when": [one.text for one in rule.conditions],
                "approvers": [*rule.approvers], "quorum": rule.quorum, "not_requester": rule.not_requester,
                "people": [one.id for one in people], "because": rule.because,
            }
            for rule, people in found.rules
        ],
        "gaps": [*found.gaps],
    }  # fmt: skip
