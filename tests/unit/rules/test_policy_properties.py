"""What holds for every policy, whatever the facts."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placet.errors import ProjectInvalid
from placet.project import template_root
from placet.rules import Policies, Question, Rule, evaluate, explain, load_policies
from placet.rules.conditions import compile_condition
from placet.vocabulary import Effect, Json, Mode, Scope, Verdict

STRENGTH = {Verdict.ALLOW: 0, Verdict.ASK: 1, Verdict.DENY: 2}
SCOPES = [Scope.parse(one) for one in ("crm.deal:update", "crm.*:update", "crm.deal:*", "crm.note:create")]
TEXTS = ["tainted", "!tainted", "has(change.amount)", "change.amount.after.minor > 5", "double(confidence) > 0.5"]

rules = st.builds(
    Rule,
    id=st.uuids().map(str),
    scopes=st.lists(st.sampled_from(SCOPES), min_size=1, max_size=2).map(tuple),
    conditions=st.lists(st.sampled_from(TEXTS).map(compile_condition), max_size=3).map(tuple),
    then=st.sampled_from(Verdict),
    approvers=st.just(("owner",)),
    quorum=st.integers(1, 3),
    not_requester=st.booleans(),
    expires_in_seconds=st.just(60),
    because=st.just("x"),
    file=st.just("f"),
    line=st.just(1),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
amounts = st.fixed_dictionaries({"amount": st.fixed_dictionaries({"after": st.none() | st.integers(0, 10).map(
    lambda minor: {"minor": minor, "currency": "EUR"})})})  # fmt: skip
contexts = st.fixed_dictionaries(
    {},
    optional={
        "change": amounts | values,
        "tainted": st.booleans() | values,
        "confidence": st.sampled_from(["0.9", "0.1", None]) | values,
        "record": values,
    },
)
questions = st.builds(
    Question,
    scope=st.sampled_from([SCOPES[0], SCOPES[3], Scope.parse("erp.order:create")]),
    effect=st.sampled_from(Effect),
    mode=st.sampled_from(Mode),
    context=contexts,
)


def policy(*each: Rule) -> Policies:
    return Policies(people={}, roles={}, rules=each, hash="h")


@given(st.lists(rules, max_size=6), questions)
def test_evaluation_and_explanation_never_raise_and_agree(given: list[Rule], question: Question) -> None:
    assert explain(policy(*given), question).ruling == evaluate(policy(*given), question)


@given(st.lists(rules, max_size=6), questions)
def test_a_matching_deny_overrides_everything(given: list[Rule], question: Question) -> None:
    explanation = explain(policy(*given), question)
    if any(one.matched and one.rule.then is Verdict.DENY for one in explanation.rules):
        assert explanation.ruling.verdict is Verdict.DENY


@given(st.lists(rules, max_size=6), rules, questions, st.integers(0, 6))
def test_an_added_deny_never_allows_more(given: list[Rule], deny: Rule, question: Question, at: int) -> None:
    more = [*given[:at], replace(deny, then=Verdict.DENY), *given[at:]]
    before, after = evaluate(policy(*given), question), evaluate(policy(*more), question)
    assert STRENGTH[after.verdict] >= STRENGTH[before.verdict]


@given(st.lists(rules, max_size=6), questions, st.randoms())
def test_the_verdict_does_not_depend_on_the_order_of_rules(
    given: list[Rule], question: Question, random: Random
) -> None:
    shuffled = random.sample(given, len(given))
    assert evaluate(policy(*given), question).verdict is evaluate(policy(*shuffled), question).verdict


@given(st.lists(rules, max_size=6), questions)
def test_rules_found_by_scope_are_those_that_concern_it(given: list[Rule], question: Question) -> None:
    assert policy(*given).rules_on(question.scope) == tuple(r for r in given if r.concerns(question.scope))


@cache
def reference() -> Policies:
    return load_policies(template_root() / "policies")


reference_scopes = st.sampled_from([
    "crm.opportunity:update", "crm.note:create", "crm.task:create", "erp.purchase_order:create", "crm.note:delete",
]).map(Scope.parse)  # fmt: skip


@given(reference_scopes, contexts, st.sampled_from(Mode))
def test_outside_text_never_loosens_the_reference_policy(scope: Scope, context: Mapping[str, Json], mode: Mode) -> None:
    def asked(*, tainted: bool) -> Verdict:
        facts = {**context, "tainted": tainted}
        return evaluate(reference(), Question(scope=scope, effect=Effect.WRITE, mode=mode, context=facts)).verdict

    assert STRENGTH[asked(tainted=True)] >= STRENGTH[asked(tainted=False)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.text("abcXYZ", min_size=1, max_size=6), st.randoms())
def test_two_people_with_one_mail_address_are_refused_in_any_case(
    policy_folder: Callable[..., Path], name: str, random: Random
) -> None:
    other = "".join(random.choice((one.lower(), one.upper())) for one in name)
    people = "".join(f"  - {{id: p{n}, name: P, email: {mail}@b.example}}\n" for n, mail in enumerate((name, other)))
    folder = policy_folder(people=f"people:\n{people}")
    with pytest.raises(ProjectInvalid, match="is used twice"):
        load_policies(folder)
