"""Explanations for people: which rules spoke, what each condition saw, why one of them won, and who decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from placet.rules.attributes import MISSING, attributes_in, value_at
from placet.rules.conditions import Answer, Answered
from placet.rules.evaluate import Explanation, Question, RuleAnswered, explain, undecidable
from placet.rules.policies import Policies
from placet.vocabulary import Effect, Json, Person, Ruling, Verdict, in_words


@dataclass(frozen=True, slots=True)
class ConditionTold:
    """One condition with what it read: pairs of attribute and value in words."""

    text: str
    answer: Answer
    detail: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RuleTold:
    """One rule that concerns the scope. `note` says why it matched or not."""

    id: str
    then: Verdict
    matched: bool
    note: str
    line: int
    conditions: tuple[ConditionTold, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A whole explanation. `approvers` may decide; the requester is left out where the rule says so."""

    ruling: Ruling
    why: str
    approvers: tuple[Person, ...]
    rules: tuple[RuleTold, ...]
    also: tuple[str, ...]


def settled(policies: Policies, ruling: Ruling, requester: str) -> Ruling:
    """The ruling as a request by this person meets it: one that nobody could approve is refused at once."""
    reason = undecidable(policies, ruling, requester)
    return replace(ruling, verdict=Verdict.DENY, because=reason, approvers=(), quorum=1) if reason else ruling


def tell(policies: Policies, question: Question, requester: str, *, now: datetime | None = None) -> Told:
    """Explain what the policy says when `requester` asks. Never raises."""
    explanation = explain(policies, question, now=now)
    ruling = settled(policies, explanation.ruling, requester)
    asks = ruling.verdict is Verdict.ASK
    return Told(
        ruling=ruling,
        why=_why(question, explanation, ruling),
        approvers=policies.approvers_for(ruling, requester) if asks else (),
        rules=tuple(_rule_told(one, question) for one in explanation.rules),
        also=explanation.also,
    )


def _rule_told(one: RuleAnswered, question: Question) -> RuleTold:
    told = tuple(_condition_told(answered, question) for answered in one.conditions)
    return RuleTold(one.rule.id, one.rule.then, one.matched, _note(one), one.rule.line, told)


def _condition_told(answered: Answered, question: Question) -> ConditionTold:
    context: dict[str, Json] = {**question.context, "scope": str(question.scope), "effect": question.effect.value}
    values: dict[str, str] = {}
    for attribute in attributes_in(answered.text):
        value = value_at(context, attribute)
        values[str(attribute)] = "missing" if value is MISSING else in_words(value)  # type: ignore[arg-type]  # a sentinel beside Json
    return ConditionTold(answered.text, answered.answer, answered.detail, tuple(values.items()))


def _note(one: RuleAnswered) -> str:
    answers = [answered.answer for answered in one.conditions]
    if "false" in answers:
        return f"no match: {answers.count('false')} of {len(answers)} conditions false"
    if "error" in answers:
        unsure = "a condition cannot be answered"
        return f"matches, because {unsure}" if one.matched else f"no match, because {unsure}"
    return "matches: all conditions hold" if answers else "matches always"


def _why(question: Question, explanation: Explanation, settled_as: Ruling) -> str:
    ruling = explanation.ruling
    if settled_as is not ruling:
        return f"`{ruling.rule}` asks, but nobody could approve, so it is refused"
    if ruling.rule == "mode":
        return "the agent's mode decides"
    if ruling.rule == "default":
        reads = question.effect is Effect.READ and ruling.verdict is Verdict.ALLOW
        return (
            "no rule denies this read" if reads else "no rule that matches allows it, and what is not allowed is denied"
        )
    match ruling.verdict:
        case Verdict.DENY:
            return _first(explanation, Verdict.DENY, "deny wins over ask and allow")
        case Verdict.ASK:
            reason = "no deny rule matches, and ask wins over allow"
            outranked = f"; it outranks {', '.join(explanation.also)} (highest quorum, then first in the file)"
            return reason + (outranked if explanation.also else "")
        case _:
            return _first(explanation, Verdict.ALLOW, "no deny or ask rule matches")


def _first(explanation: Explanation, then: Verdict, reason: str) -> str:
    several = sum(one.matched and one.rule.then is then for one in explanation.rules) > 1
    return f"{reason}; it is the first of several in the file" if several else reason


def told_json(told: Told) -> dict[str, Json]:
    """The explanation as a JSON document."""
    ruling = told.ruling
    return {
        "verdict": ruling.verdict.value,
        "rule": ruling.rule,
        "because": ruling.because,
        "why": told.why,
        "approvers": [*ruling.approvers],
        "quorum": ruling.quorum,
        "people": [one.id for one in told.approvers],
        "expires_in_seconds": ruling.expires_in_seconds,
        "also": [*told.also],
        "rules": [_rule_json(one) for one in told.rules],
    }


def _rule_json(one: RuleTold) -> dict[str, Json]:
    conditions: Sequence[Json] = [
        {"condition": each.text, "answer": each.answer, "detail": each.detail, "values": dict(each.values)}
        for each in one.conditions
    ]
    return {
        "id": one.id, "then": one.then.value, "matched": one.matched, "note": one.note, "line": one.line,
        "conditions": [*conditions],
    }  # fmt: skip
