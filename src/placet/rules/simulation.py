"""Replays what was proposed under another policy: which rulings flip, and what that costs approvers in time.

Only proposals are stored with what the policy saw. A request that was refused was never proposed, so a simulation
cannot show what a looser policy would have let through; it says so in `Simulation.blind_spot`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Final

from placet.rules.evaluate import Question, evaluate
from placet.rules.explaining import settled
from placet.rules.policies import Policies
from placet.vocabulary import Effect, Json, Mode, Proposal, Ruling, Scope, Verdict

DEFAULT_MINUTES: Final = 2.0
"""What one approval is taken to cost where nobody has decided anything yet."""
BLIND_SPOT: Final = (
    "requests that were refused at once were never proposed, so changes from deny to ask or allow do not show here"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCase:
    """One stored proposal as a simulation needs it. `before` is the ruling it really had."""

    id: str
    title: str
    at: datetime
    agent: str
    requester: str
    scope: Scope
    effect: Effect
    mode: Mode
    before: Ruling
    context: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Flip:
    """A case that would be ruled otherwise. `kind` is such as `ask → allow`, or `other approvers`."""

    case: PastCase
    kind: str
    after: Ruling


@dataclass(frozen=True, slots=True)
class DecisionTime:
    """How long one approval takes: the median of `measured` decisions, in minutes, or the default of 2."""

    minutes: float = DEFAULT_MINUTES
    measured: int = 0

    @classmethod
    def of(cls, minutes: Sequence[float]) -> "DecisionTime":
        """The median of measured waits, from proposal to decision."""
        return cls(median(minutes), len(minutes)) if minutes else cls()

    def __str__(self) -> str:
        if not self.measured:
            return f"{self.minutes:g} min an approval, assumed: nobody has decided anything yet"
        return f"{self.minutes:.1f} min an approval, the median of {self.measured} decisions, waiting included"


@dataclass(kw_only=True)
class Simulation:
    """What came of a replay. Counters are by verdict or by rule; `approvals` counts people's clicks that are asked."""

    time: DecisionTime
    cases: int = 0
    without_facts: int = 0
    flips: list[Flip] = field(default_factory=list)
    verdicts_before: Counter[str] = field(default_factory=Counter)
    verdicts_after: Counter[str] = field(default_factory=Counter)
    rules_before: Counter[str] = field(default_factory=Counter)
    rules_after: Counter[str] = field(default_factory=Counter)
    approvals_before: int = 0
    approvals_after: int = 0
    blind_spot: str = BLIND_SPOT

    @property
    def kinds(self) -> Counter[str]:
        """How often each kind of flip happened."""
        return Counter(flip.kind for flip in self.flips)

    @property
    def minutes_before(self) -> float:
        """Approvers' minutes under the rulings that were really made."""
        return self.approvals_before * self.time.minutes

    @property
    def minutes_after(self) -> float:
        """Approvers' minutes under the other policy."""
        return self.approvals_after * self.time.minutes


def simulate(current: Policies, other: Policies, cases: Iterable[PastCase], time: DecisionTime) -> Simulation:
    """Rule each case again under `other`. Cases without stored facts are counted and left out.

    `current` says who could decide under the ruling a case had, with the people of today on both sides.
    """
    result = Simulation(time=time)
    for case in cases:
        if not case.context:
            result.without_facts += 1
            continue
        question = Question(scope=case.scope, effect=case.effect, mode=case.mode, context=case.context)
        after = settled(other, evaluate(other, question, now=case.at), case.requester)
        _count(result, case, after)
        kind = _kind(current, other, case, after)
        if kind:
            result.flips.append(Flip(case, kind, after))
    return result


def _count(result: Simulation, case: PastCase, after: Ruling) -> None:
    result.cases += 1
    result.verdicts_before[case.before.verdict.value] += 1
    result.verdicts_after[after.verdict.value] += 1
    result.rules_before[case.before.rule] += 1
    result.rules_after[after.rule] += 1
    result.approvals_before += case.before.quorum if case.before.verdict is Verdict.ASK else 0
    result.approvals_after += after.quorum if after.verdict is Verdict.ASK else 0


def _kind(current: Policies, other: Policies, case: PastCase, after: Ruling) -> str:
    before = case.before
    if before.verdict is not after.verdict:
        return f"{before.verdict} → {after.verdict}"
    if after.verdict is Verdict.ASK:
        if before.quorum != after.quorum:
            return "other quorum"
        then = {one.id for one in current.approvers_for(before, case.requester)}
        now = {one.id for one in other.approvers_for(after, case.requester)}
        return "other approvers" if then != now else ""
    return ""


def past_case(proposal: Proposal, *, effect: Effect | None, mode: Mode | None) -> PastCase:
    """A stored proposal as a case.

    Args:
        proposal: As it is stored.
        effect: The effect of its tool today; `None`, for a tool that is gone, counts as a write.
        mode: The mode of its agent today. A proposal that a mode had asked about, and any of an agent in mode `ask`,
            is replayed in `ask`; all others in `auto`, so that a mode never looks like a rule.
    """
    operation = proposal.operation
    system, _dot, object = operation.object.partition(".")
    asked_by_mode = proposal.ruling.rule == "mode" or mode is Mode.ASK
    return PastCase(
        id=proposal.id,
        title=proposal.title,
        at=proposal.created_at,
        agent=proposal.agent,
        requester=proposal.requester,
        scope=Scope(system, object, operation.verb),
        effect=effect or Effect.WRITE,
        mode=Mode.ASK if asked_by_mode else Mode.AUTO,
        before=proposal.ruling,
        context=proposal.context,
    )


def simulation_json(result: Simulation) -> dict[str, Json]:
    """The result as a JSON document. Minutes are text with one digit: placet has no floats."""
    return {
        "cases": result.cases,
        "without_facts": result.without_facts,
        "flips": dict(result.kinds.most_common()),
        "verdicts": _pairs(result.verdicts_before, result.verdicts_after),
        "rules": _pairs(result.rules_before, result.rules_after),
        "approvals": {"before": result.approvals_before, "after": result.approvals_after},
        "approver_minutes": {
            "before": f"{result.minutes_before:.1f}",
            "after": f"{result.minutes_after:.1f}",
            "each": f"{result.time.minutes:.1f}",
            "measured_decisions": result.time.measured,
        },
        "blind_spot": result.blind_spot,
        "cases_that_flip": [_flip_json(flip) for flip in result.flips],
    }


def _pairs(before: Counter[str], after: Counter[str]) -> dict[str, Json]:
    return {name: {"before": before[name], "after": after[name]} for name in sorted({*before, *after})}


def _flip_json(flip: Flip) -> dict[str, Json]:
    case = flip.case
    return {
        "id": case.id,
        "at": case.at.isoformat(),
        "title": case.title,
        "requester": case.requester,
        "kind": flip.kind,
        "rule_before": case.before.rule,
        "rule_after": flip.after.rule,
        "because": flip.after.because,
    }
