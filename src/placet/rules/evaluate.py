"""Decides a question by the policy, and tells why. Pure: no clock of its own, no database, no network.

Deny over ask over allow; a write that no rule allows is denied. A condition that cannot be answered (a missing
field, a wrong type, an unusable fact) never lets anything through: an allow rule with it does not match, a deny or
ask rule does, unless another of its conditions is plainly false.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from placet.rules.calendar import add_working
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


def evaluate(policies: Policies, question: Question, *, now: datetime | None = None) -> Ruling:
    """The policy's ruling. Never raises.

    `now` (aware) turns working time into real time: `expires: 4h working` asked on a Friday evening ends on Monday.
    Without it such a rule's card expires after four real hours, which is never later.
    """
    facts = _facts(question)
    matched = [rule for rule in policies.rules_on(question.scope) if _matches(rule, facts)]
    return _ruled(policies, question, matched, now)[0]


def explain(policies: Policies, question: Question, *, now: datetime | None = None) -> Explanation:
    """What `evaluate` says, with every rule that concerns the scope and every condition's answer. Never raises."""
    facts = _facts(question)
    rules = tuple(_answer(rule, facts) for rule in policies.rules_on(question.scope))
    matched = [one.rule for one in rules if one.matched]
    ruling, also = _ruled(policies, question, matched, now)
    return Explanation(ruling, rules, also)


def undecidable(policies: Policies, ruling: Ruling, requester: str) -> str:
    """Why a ruling that asks could never be approved when this person asks, or an empty text.

    An approver set that is empty without the requester, or smaller than the quorum, is as good as a refusal.
    """
    if ruling.verdict is not Verdict.ASK:
        return ""
    people = len(policies.approvers_for(ruling, requester))
    roles = ", ".join(ruling.approvers) or "no role"
    if not people:
        return f"nobody else with {roles} could approve it"
    return f"{ruling.quorum} must approve it, but only {people} with {roles} could" if people < ruling.quorum else ""


def _facts(question: Question) -> Facts:
    return prepare({**question.context, "scope": str(question.scope), "effect": question.effect.value})


def _ruled(
    policies: Policies, question: Question, matched: Sequence[Rule], now: datetime | None
) -> tuple[Ruling, tuple[str, ...]]:
    ruling, also = _rule(policies, question, matched, now)
    return replace(_in_mode(policies, question, ruling, now), policy_hash=policies.hash), also


def _matches(rule: Rule, facts: Facts) -> bool:
    """Whether a rule matches, without asking more than is needed; `_answer` says the same at length."""
    allow = rule.then is Verdict.ALLOW
    for condition in rule.conditions:
        answer = condition.ask(facts).answer
        if answer == "false" or (allow and answer == "error"):
            return False
    return True


def _answer(rule: Rule, facts: Facts) -> RuleAnswered:
    answers = tuple(condition.ask(facts) for condition in rule.conditions)
    given = {one.answer for one in answers}
    unsure_counts = rule.then is not Verdict.ALLOW
    matched = "false" not in given and (unsure_counts or "error" not in given)
    return RuleAnswered(rule, matched, answers)


def _rule(
    policies: Policies, question: Question, matched: Sequence[Rule], now: datetime | None
) -> tuple[Ruling, tuple[str, ...]]:
    denying = [rule for rule in matched if rule.then is Verdict.DENY]
    if denying:
        return Ruling(verdict=Verdict.DENY, rule=denying[0].id, because=denying[0].because), ()
    if question.effect is Effect.READ:  # the requester's and the agent's scopes have been checked before this
        return Ruling(verdict=Verdict.ALLOW, rule="default", because="both requester and agent hold the scope"), ()
    asking = _strictest_first([rule for rule in matched if rule.then is Verdict.ASK])
    if asking:
        return _ask(asking[0], asking[0].id, asking[0].because, now), tuple(rule.id for rule in asking[1:])
    allowing = [rule for rule in matched if rule.then is Verdict.ALLOW]
    if allowing:
        return Ruling(verdict=Verdict.ALLOW, rule=allowing[0].id, because=allowing[0].because), ()
    nothing = "no rule allows this write" if policies.rules else "the policy has no rules, so every write is refused"
    return Ruling(verdict=Verdict.DENY, rule="default", because=nothing), ()


def _strictest_first(rules: Sequence[Rule]) -> list[Rule]:
    """Highest quorum first, then the order of the file."""
    return sorted(rules, key=lambda rule: -rule.quorum)


def _ask(source: Rule, rule: str, because: str, now: datetime | None) -> Ruling:
    return Ruling(
        verdict=Verdict.ASK,
        rule=rule,
        because=because,
        approvers=source.approvers,
        quorum=source.quorum,
        not_requester=source.not_requester,
        expires_in_seconds=_expires(source, now),
    )


def _expires(rule: Rule, now: datetime | None) -> int:
    """Seconds from `now` until the card expires."""
    if rule.calendar is None or now is None:
        return rule.expires_in_seconds
    try:
        end = add_working(rule.calendar, now, timedelta(seconds=rule.expires_in_seconds))
        return max(1, int((end - now).total_seconds()))
    except (ValueError, OverflowError):  # a clock without a zone, or at the end of time: the shorter time is safe
        return rule.expires_in_seconds


def _in_mode(policies: Policies, question: Question, ruling: Ruling, now: datetime | None) -> Ruling:
    if question.mode is Mode.OFF:
        return Ruling(verdict=Verdict.DENY, rule="mode", because="the agent is switched off")
    if question.effect is Effect.READ or ruling.verdict is Verdict.DENY:
        return ruling
    if question.mode is Mode.SHADOW:
        because = f"the agent runs in mode `shadow` and sends nothing; otherwise `{ruling.rule}` would {ruling.verdict}"
        return Ruling(verdict=Verdict.DENY, rule="mode", because=because)
    if question.mode is Mode.ASK and ruling.verdict is Verdict.ALLOW:
        return _asked_by_mode(policies, question.scope, now)
    return ruling


def _asked_by_mode(policies: Policies, scope: Scope, now: datetime | None) -> Ruling:
    because = "the agent runs in mode `ask`: a person decides every change"
    asking = [rule for rule in policies.rules_on(scope) if rule.then is Verdict.ASK]
    if asking:
        return _ask(_strictest_first(asking)[0], "mode", because, now)
    if policies.holders_of(OWNER_ROLE):
        return Ruling(verdict=Verdict.ASK, rule="mode", because=because, approvers=(OWNER_ROLE,))
    nobody = f"{because}, but no rule names approvers for `{scope}` and nobody active holds the role `{OWNER_ROLE}`"
    return Ruling(verdict=Verdict.DENY, rule="mode", because=nobody)
