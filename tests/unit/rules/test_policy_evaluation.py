from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placet.rules import Policies, Question, evaluate, explain, load_policies
from placet.vocabulary import Effect, Json, Mode, Scope, Verdict

PoliciesOf = Callable[[str], Policies]
UPDATE = Scope.parse("crm.deal:update")


def rule(id: str, then: str, *when: str, on: str = "crm.deal:update", extra: str = "") -> str:
    approvers = "approvers: {role: director}" if then == "ask" and "approvers" not in extra else ""
    lines = [f"- id: {id}", f"on: ['{on}']", f"then: {then}", approvers, extra, f"because: Because of {id}."]
    if when:
        lines.insert(2, "when: [" + ", ".join(f'"{one}"' for one in when) + "]")
    return "  " + "\n    ".join(line for line in lines if line) + "\n"


def rules(*each: str) -> str:
    return "rules:\n" + "".join(each)


def asked(mode: Mode = Mode.AUTO, effect: Effect = Effect.WRITE, scope: Scope = UPDATE, **context: Json) -> Question:
    return Question(scope=scope, effect=effect, mode=mode, context=context)


def money(minor: int) -> Json:
    return {"minor": minor, "currency": "EUR"}


def amount(before: int, after: int) -> dict[str, Json]:
    return {"amount": {"before": money(before), "after": money(after)}}


def test_a_write_that_no_rule_allows_is_denied(policies_of: PoliciesOf) -> None:
    ruling = evaluate(policies_of(rules(rule("other", "allow", on="crm.note:create"))), asked())
    assert (ruling.verdict, ruling.rule, ruling.because) == (Verdict.DENY, "default", "no rule allows this write")


def test_an_empty_policy_denies_every_write_and_says_so(policies_of: PoliciesOf) -> None:
    ruling = evaluate(policies_of(""), asked())
    assert (ruling.verdict, ruling.because) == (Verdict.DENY, "the policy has no rules, so every write is refused")


def test_deny_wins_over_ask_and_ask_over_allow(policies_of: PoliciesOf) -> None:
    allow, ask, deny = rule("a", "allow"), rule("b", "ask"), rule("c", "deny")
    assert evaluate(policies_of(rules(allow, ask, deny)), asked()).rule == "c"
    assert evaluate(policies_of(rules(allow, ask)), asked()).rule == "b"
    assert evaluate(policies_of(rules(allow)), asked()).verdict is Verdict.ALLOW


def test_all_conditions_of_a_rule_must_hold(policies_of: PoliciesOf) -> None:
    policies = policies_of(rules(rule("small", "allow", "change.amount.after.minor < 1000", "!tainted")))
    assert evaluate(policies, asked(change=amount(1, 999), tainted=False)).verdict is Verdict.ALLOW
    assert evaluate(policies, asked(change=amount(1, 999), tainted=True)).verdict is Verdict.DENY
    assert evaluate(policies, asked(change=amount(1, 1000), tainted=False)).verdict is Verdict.DENY


@pytest.mark.parametrize(
    "broken", ["change.amount.after.minor > 1", "1 / 0 == 1", "record", "'a' > 1", "confidence > 0.5"]
)
@pytest.mark.parametrize(("then", "verdict"), [("allow", "deny"), ("ask", "ask"), ("deny", "deny")])
def test_a_condition_that_cannot_be_answered_never_lets_anything_through(
    policies_of: PoliciesOf, broken: str, then: str, verdict: str
) -> None:
    ruling = evaluate(policies_of(rules(rule("r", then, broken))), asked(change={}, record={}, confidence=None))
    assert ruling.verdict == verdict
    assert ruling.rule == ("default" if then == "allow" else "r")


def test_a_guard_that_is_plainly_false_keeps_a_rule_out_though_another_condition_fails(policies_of: PoliciesOf) -> None:
    guarded = rule("r", "ask", "has(change.amount)", "change.amount.after.minor > 1")
    explanation = explain(policies_of(rules(guarded, rule("ok", "allow"))), asked(change={}))
    assert explanation.ruling.rule == "ok"
    assert [one.answer for one in explanation.rules[0].conditions] == ["false", "error"]
    assert explanation.rules[0].conditions[1].detail == "`amount` is missing"


def test_the_highest_quorum_asks_and_the_others_are_named(
    policies_of: PoliciesOf, policy_folder: Callable[..., Path]
) -> None:
    two = rule("two", "ask", extra="approvers: {role: rep, quorum: 2}")
    explanation = explain(policies_of(rules(rule("one", "ask"), two, rule("three", "ask"))), asked())
    assert (explanation.ruling.rule, explanation.ruling.approvers, explanation.ruling.quorum) == ("two", ("rep",), 2)
    assert explanation.also == ("one", "three")


def test_among_equal_quorums_the_first_of_the_file_asks(policies_of: PoliciesOf) -> None:
    ruling = evaluate(policies_of(rules(rule("one", "ask", extra="expires: 30m"), rule("two", "ask"))), asked())
    assert (ruling.rule, ruling.expires_in_seconds) == ("one", 1_800)


def test_the_requester_may_decide_only_where_the_rule_says_so(policies_of: PoliciesOf) -> None:
    own = rule("own", "ask", extra="approvers: {role: rep, not: []}")
    assert evaluate(policies_of(rules(own)), asked()).not_requester is False
    assert evaluate(policies_of(rules(rule("other", "ask"))), asked()).not_requester is True


def test_reads_are_allowed_unless_a_rule_denies_them(policies_of: PoliciesOf) -> None:
    read, scope = Effect.READ, Scope.parse("crm.deal:read")
    everything = rule("all", "ask", on="crm.*:*")
    assert evaluate(policies_of(rules(everything)), asked(effect=read, scope=scope)).verdict is Verdict.ALLOW
    denied = rules(rule("no", "deny", on="crm.deal:read"))
    assert evaluate(policies_of(denied), asked(effect=read, scope=scope)).rule == "no"


@pytest.mark.parametrize("effect", list(Effect))
def test_an_agent_that_is_off_may_not_even_read(policies_of: PoliciesOf, effect: Effect) -> None:
    ruling = evaluate(policies_of(rules(rule("r", "allow"))), asked(Mode.OFF, effect))
    assert (ruling.verdict, ruling.rule) == (Verdict.DENY, "mode")


@pytest.mark.parametrize("then", ["allow", "ask", "deny"])
@pytest.mark.parametrize("effect", [Effect.WRITE, Effect.EGRESS])
def test_in_shadow_nothing_is_ever_sent(policies_of: PoliciesOf, then: str, effect: Effect) -> None:
    assert evaluate(policies_of(rules(rule("r", then))), asked(Mode.SHADOW, effect)).verdict is Verdict.DENY


def test_in_mode_ask_an_allowed_change_is_asked_of_the_scopes_approvers(policies_of: PoliciesOf) -> None:
    unmatched = rule("big", "ask", "tainted")
    ruling = evaluate(policies_of(rules(rule("ok", "allow"), unmatched)), asked(Mode.ASK, tainted=False))
    assert (ruling.verdict, ruling.rule, ruling.approvers) == (Verdict.ASK, "mode", ("director",))


def test_in_mode_ask_the_owner_decides_where_no_rule_names_approvers(policies_of: PoliciesOf) -> None:
    assert evaluate(policies_of(rules(rule("ok", "allow"))), asked(Mode.ASK)).approvers == ("owner",)


def test_in_mode_ask_without_anyone_to_ask_the_change_is_denied_and_says_why(
    policy_folder: Callable[..., Path],
) -> None:
    folder = policy_folder(rules(rule("ok", "allow")), people="people: []")
    ruling = evaluate(load_policies(folder), asked(Mode.ASK))
    assert ruling.verdict is Verdict.DENY
    assert "nobody active holds the role `owner`" in ruling.because


def test_mode_ask_does_not_soften_a_deny(policies_of: PoliciesOf) -> None:
    assert evaluate(policies_of(rules(rule("no", "deny"))), asked(Mode.ASK)).rule == "no"


def test_every_ruling_names_the_policy_it_came_from(policies_of: PoliciesOf) -> None:
    policies = policies_of("")
    assert {evaluate(policies, asked(mode)).policy_hash for mode in Mode} == {policies.hash}


CONDITIONS = [
    "tainted",
    "has(change.amount)",
    "change.amount.after.minor > 5",
    "record.region == 'EMEA'",
    "double(confidence) > 0.5",
]
rule_parts = st.tuples(st.sampled_from(["deny", "ask", "allow"]), st.lists(st.sampled_from(CONDITIONS), max_size=2))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
contexts = st.dictionaries(st.sampled_from(["change", "record", "tainted", "confidence", "scope"]), values)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(rule_parts, max_size=4), contexts, st.sampled_from(Mode), st.sampled_from(Effect))
def test_an_unrelated_allow_rule_turns_no_deny_into_allow(
    policies_of: PoliciesOf, parts: list[tuple[str, list[str]]], context: Mapping[str, Json], mode: Mode, effect: Effect
) -> None:
    written = [rule(f"r{at}", then, *when) for at, (then, when) in enumerate(parts)]
    question = Question(scope=UPDATE, effect=effect, mode=mode, context=context)
    before = evaluate(policies_of(rules(*written) if written else ""), question)
    after = evaluate(policies_of(rules(rule("other", "allow", on="crm.note:create"), *written)), question)
    assert (before.verdict, before.approvers) == (after.verdict, after.approvers)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(rule_parts, max_size=4), contexts, st.sampled_from(Mode))
def test_an_added_deny_rule_that_matches_always_denies(
    policies_of: PoliciesOf, parts: list[tuple[str, list[str]]], context: Mapping[str, Json], mode: Mode
) -> None:
    written = [rule(f"r{at}", then, *when) for at, (then, when) in enumerate(parts)]
    policies = policies_of(rules(*written, rule("never", "deny")))
    assert (
        evaluate(policies, Question(scope=UPDATE, effect=Effect.WRITE, mode=mode, context=context)).verdict
        is Verdict.DENY
    )
