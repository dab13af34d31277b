"""Decides a question by the policy, and tells why. Pure: no clock, no database, no network.

Deny over ask over allow; a write that no rule allows is denied. A condition that cannot be answered (a missing
field, a wrong type, an unusable fact) never lets anything through: an allow rule with it does not match, a deny or
ask rule does, unless another of its conditions is plainly false.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from placet.rules.conditions import Answered, Facts, prepare
from placet.rules.policies import OWNER_ROLE, Policies, Rule
from placet.vocabulary import Effect, Json, Mode, Ruling, Scope, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the policy is asked.

    `context` holds `change` (per field `{before, after, delta?}`), `record`, `requester`, `agent`, `confidence`,
    `grade` and `tainted`; money in it is `{minor, currency}`. `scope` and `effect` are added from here.
    """

    scope: Scope
    effect: Effect
    mode: Mode
    context: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class RuleAnswered:
    """One rule that concerns the scope: whether it matched, and what each condition said."""

    rule: Rule
    matched: bool
    conditions: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A ruling and how it came about. `also` names other rules that asked for approval and were outranked."""

    ruling: Ruling
    rules: tuple[RuleAnswered, ...]
    also: tuple[str, ...] = ()


def evaluate(policies: Policies, question: Question) -> Ruling:
    """The policy's ruling. Never raises."""
    return explain(policies, question).ruling


def explain(policies: Policies, question: Question) -> Explanation:
    """The ruling with every rule that concerns the scope and every condition's answer. Never raises."""
    facts = prepare({**question.context, "scope": str(question.scope), "effect": question.effect.value})
    rules = tuple(_answer(rule, facts) for rule in policies.rules if rule.concerns(question.scope))
    matched = [one.rule for one in rules if one.matched]
    ruling, also = _rule(policies, question, matched)
    ruling = _in_mode(policies, question, ruling)
    return Explanation(replace(ruling, policy_hash=policies.hash), rules, also)


def _answer(rule: Rule, facts: Facts) -> RuleAnswered:
    answers = tuple(condition.ask(facts) for condition in rule.conditions)
    given = {one.answer for one in answers}
    unsure_counts = rule.then is not Verdict.ALLOW
    matched = "false" not in given and (unsure_counts or "error" not in given)
    return RuleAnswered(rule, matched, answers)


def _rule(policies: Policies, question: Question, matched: Sequence[Rule]) -> tuple[Ruling, tuple[str, ...]]:
    denying = [rule for rule in matched if rule.then is Verdict.DENY]
    if denying:
        return Ruling(verdict=Verdict.DENY, rule=denying[0].id, because=denying[0].because), ()
    if question.effect is Effect.READ:  # the requester's and the agent's scopes have been checked before this
        return Ruling(verdict=Verdict.ALLOW, rule="default", because="both requester and agent hold the scope"), ()
    asking = _strictest_first([rule for rule in matched if rule.then is Verdict.ASK])
    if asking:
        return _ask(asking[0], asking[0].id, asking[0].because), tuple(rule.id for rule in asking[1:])
    allowing = [rule for rule in matched if rule.then is Verdict.ALLOW]
    if allowing:
        return Ruling(verdict=Verdict.ALLOW, rule=allowing[0].id, because=allowing[0].because), ()
    nothing = "no rule allows this write" if policies.rules else "the policy has no rules, so every write is refused"
    return Ruling(verdict=Verdict.DENY, rule="default", because=nothing), ()


def _strictest_first(rules: Sequence[Rule]) -> list[Rule]:
    """Highest quorum first, then the order of the file."""
    return sorted(rules, key=lambda rule: -rule.quorum)


def _ask(source: Rule, rule: str, because: str) -> Ruling:
    return Ruling(
        verdict=Verdict.ASK,
        rule=rule,
        because=because,
        approvers=source.approvers,
        quorum=source.quorum,
        not_requester=source.not_requester,
        expires_in_seconds=source.expires_in_seconds,
    )


def _in_mode(policies: Policies, question: Question, ruling: Ruling) -> Ruling:
    if question.mode is Mode.OFF:
        return Ruling(verdict=Verdict.DENY, rule="mode", because="the agent is switched off")
    if question.effect is Effect.READ or ruling.verdict is Verdict.DENY:
        return ruling
    if question.mode is Mode.SHADOW:
        because = f"the agent runs in mode `shadow` and sends nothing; otherwise `{ruling.rule}` would {ruling.verdict}"
        return Ruling(verdict=Verdict.DENY, rule="mode", because=because)
    if question.mode is Mode.ASK and ruling.verdict is Verdict.ALLOW:
        return _asked_by_mode(policies, question.scope)
    return ruling


def _asked_by_mode(policies: Policies, scope: Scope) -> Ruling:
    because = "the agent runs in mode `ask`: a person decides every change"
    asking = [rule for rule in policies.rules if rule.then is Verdict.ASK and rule.concerns(scope)]
    if asking:
        return _ask(_strictest_first(asking)[0], "mode", because)
    if policies.holders_of(OWNER_ROLE):
        return Ruling(verdict=Verdict.ASK, rule="mode", because=because, approvers=(OWNER_ROLE,))
    nobody = f"{because}, but no rule names approvers for `{scope}` and nobody active holds the role `{OWNER_ROLE}`"
    return Ruling(verdict=Verdict.DENY, rule="mode", because=nobody)
