"""Who may, why, examples, replays and differences, as functions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.policy_tools.conftest import REFERENCE, Edited

from placet.project import load_project, template_root
from placet.rules import (
    DecisionTime,
    PastCase,
    Policies,
    WhoCan,
    compare,
    load_policies,
    read_examples,
    run_examples,
    simulate,
    tell,
    who_can,
)
from placet.rules.examples import ContextEntry, question_of
from placet.rules.simulation import simulation_json
from placet.rules.simulation_page import simulation_page
from placet.vocabulary import Effect, Mode, Ruling, Scope, Verdict

UPDATE, NOTE = Scope.parse("crm.opportunity:update"), Scope.parse("crm.note:create")
OWN = "ask 1 of sales-rep, the requester included,"
START = datetime(2026, 11, 1, 9, tzinfo=UTC)
ASKED = Ruling(verdict=Verdict.ASK, rule="amount-changes", because="x", approvers=("sales-director",))


def who(scope: str, **changes: Any) -> WhoCan:
    project = load_project(template_root())
    tools = {name: tool.scope for name, tool in project.tools.items()}
    return who_can(project.policies, Scope.parse(scope), project.agents.values(), tools, **changes)


def euros(before: int, after: int) -> dict[str, Any]:
    return {"change": {"amount": {side: {"minor": minor, "currency": "EUR"}
                                  for side, minor in (("before", before), ("after", after))}}}  # fmt: skip


def told(policies: Policies, person: str, scope: Scope, **facts: Any) -> Any:
    question = question_of(
        policies.people[person], scope, ContextEntry.model_validate(facts), agent="a", mode=Mode.AUTO
    )
    return tell(policies, question, person)


def case(number: int, before: Ruling = ASKED, scope: Scope = UPDATE, **facts: Any) -> PastCase:
    return PastCase(
        id=f"P-{number}", title=f"<b>Deal</b> {number}", at=START + timedelta(hours=number), agent="a",
        requester="riley", scope=scope, effect=Effect.WRITE, mode=Mode.AUTO, before=before, context=facts,
    )  # fmt: skip


def test_who_can_names_people_roles_agents_tools_rules_and_approvers() -> None:
    found = who("crm.opportunity:update")
    assert [(one.person.id, one.roles) for one in found.askers] == [
        ("riley", ("sales-rep",)), ("dana", ("sales-director", "sales-rep")),
    ]  # fmt: skip
    assert [(way.agent, way.tools) for way in found.ways] == [
        ("sales-assistant", ("crm.set_deal_amount", "crm.move_deal"))
    ]
    assert [(rule.id, [one.id for one in people]) for rule, people in found.rules][-1] == ("stage-moves", ["dana"])
    assert found.gaps == ()


def test_who_can_says_what_is_missing() -> None:
    assert who("hr.salary:update").gaps == (
        "no active person holds the scope",
        "no agent holds the scope",
        "no rule allows it or asks for it, so it is always denied",
    )
    assert who("crm.account:read").gaps == ("no tool of these agents has exactly this scope",)
    assert who("crm.opportunity:update", agent="other").ways == ()


def test_an_explanation_shows_each_condition_with_its_values(reference: Policies) -> None:
    explained = told(reference, "riley", UPDATE, **euros(10_000, 4_999))
    drop = next(one for one in explained.rules if one.id == "amount-drops-by-half")
    assert (drop.matched, drop.conditions[3].answer) == (True, "true")
    assert drop.conditions[3].values == (
        ("change.amount.after.minor", "4999"), ("change.amount.before.minor", "10000"),
    )  # fmt: skip
    assert [one.id for one in explained.approvers] == ["dana"]
    assert "outranks amount-changes" in explained.why
    closing = next(one for one in explained.rules if one.id == "deal-closes")
    assert closing.conditions[1].values == (("change.stage.after", "missing"),)


def test_a_change_that_nobody_could_approve_is_explained_as_refused(reference: Policies) -> None:
    explained = told(reference, "dana", UPDATE, **euros(1, 2))
    assert (explained.ruling.verdict, explained.approvers) == (Verdict.DENY, ())
    assert explained.ruling.because == "nobody else with sales-director could approve it"


def test_every_reference_example_is_as_expected_and_every_rule_has_one(reference: Policies) -> None:
    examples, findings = read_examples(REFERENCE, reference)
    checked = run_examples(reference, examples)
    assert findings == []
    assert [one.example.entry.name for one in checked if not one.passed] == []
    assert {one.told.ruling.rule for one in checked} == {*(rule.id for rule in reference.rules), "default", "mode"}


def test_a_changed_rule_makes_the_examples_about_it_differ(edited: Edited) -> None:
    folder = edited("rules.yaml", "after.minor * 2 <", "after.minor * 2 <=")
    policies = load_policies(folder)
    failed = [one for one in run_examples(policies, read_examples(folder, policies)[0]) if not one.passed]
    assert [(one.example.entry.name, one.differences) for one in failed] == [
        ("exactly half is no drop by more than half", (("rule", "amount-changes", "amount-drops-by-half"),))
    ]


@pytest.mark.parametrize(
    ("old", "new", "said", "nearest"),
    [
        ("as: omar", "as: omer", "there is no person `omer`", "omar"),
        ("rule: no-deleting", "rule: no-deletin", "there is no rule `no-deletin`", "no-deleting"),
        ("[operations]", "[operation]", "there is no role `operation`", "operations"),
        ("verdict: deny, rule: default", "verdict: denied, rule: default", "expect.verdict", ""),
        ("    as: riley", "    was: riley", "unknown field `was`", "as"),
        ("crm.opportunity:delete", "crm.*:delete", "one exact scope", ""),
        ("no deal is deleted", "no invoice is deleted", "two examples are called", ""),
        ("tests:", "tests: []\nmore:", "unknown field `more`", ""),
    ],
)
def test_a_wrong_example_is_refused_with_its_line(
    edited: Edited, reference: Policies, old: str, new: str, said: str, nearest: str
) -> None:
    findings = read_examples(edited("tests/orders_and_the_rest.yaml", old, new), reference)[1]
    assert any(said in one.message and one.nearest == nearest and one.line for one in findings), findings


def test_a_replay_counts_flips_rules_and_minutes(reference: Policies, edited: Edited) -> None:
    other = load_policies(edited("rules.yaml", "sales-director, quorum: 1", "sales-rep, quorum: 2"))
    allowed = Ruling(verdict=Verdict.ALLOW, rule="note-or-task", because="x")
    plain = {"confidence": "0.9", "tainted": False}
    cases = [
        case(1, **euros(100, 200)), case(2, **euros(100, 10)), case(3, allowed, NOTE, **plain),
        case(4, allowed, NOTE, **{**plain, "tainted": True}), case(5),
    ]  # fmt: skip
    result = simulate(reference, other, cases, DecisionTime.of([1.0, 4.0, 30.0]))
    assert (result.cases, result.without_facts) == (4, 1)
    assert dict(result.kinds) == {"ask → deny": 2, "allow → ask": 1}  # two reps, of whom one asks: nobody could
    assert (result.minutes_before, result.minutes_after) == (8.0, 4.0)
    assert result.rules_after["note-or-task-from-outside"] == 1


def test_the_same_policy_flips_nothing(reference: Policies) -> None:
    assert simulate(reference, reference, [case(1, **euros(1, 2))], DecisionTime()).flips == []


def test_other_people_under_the_same_rule_are_a_flip(reference: Policies, edited: Edited) -> None:
    folder = edited("people.yaml", "roles: [operations]", "roles: [operations, sales-director]")
    (flip,) = simulate(reference, load_policies(folder), [case(1, **euros(1, 2))], DecisionTime()).flips
    assert flip.kind == "other approvers"


def test_without_decisions_an_approval_is_taken_for_two_minutes_and_said_so(reference: Policies) -> None:
    result = simulate(reference, reference, [case(1, **euros(1, 2))], DecisionTime.of([]))
    assert result.minutes_after == 2
    assert "assumed" in str(result.time)
    assert simulation_json(result)["approver_minutes"] == {
        "before": "2.0", "after": "2.0", "each": "2.0", "measured_decisions": 0,
    }  # fmt: skip


def test_the_page_is_one_file_without_script_or_network_and_with_escaped_data(
    reference: Policies, edited: Edited
) -> None:
    other = load_policies(edited("rules.yaml", "role: sales-director", "role: operations"))
    page = simulation_page(
        simulate(reference, other, [case(1, **euros(1, 2))], DecisionTime()), title="A & B", compared="<x>"
    )
    assert "&lt;b&gt;Deal&lt;/b&gt; 1" in page
    assert "<title>A &amp; B</title>" in page
    assert "prefers-color-scheme: dark" in page
    assert not any(sign in page for sign in ("<b>", "<x>", "<script", "http://", "https://", "src="))


@pytest.mark.parametrize(
    ("file", "old", "new", "kind", "what", "words"),
    [
        ("rules.yaml", "then: allow", "then: deny", "changed", "rule", "allow becomes deny (stricter)"),
        ("rules.yaml", ">= 0.3", ">= 0.5", "changed", "rule", "condition double(confidence) >= 0.5 is new"),
        ("rules.yaml", "expires: 8h", "expires: 2h", "changed", "rule",
         f"{OWN} for 8 h becomes {OWN} for 2 h"),
        ("rules.yaml", "id: no-deleting", "id: never-delete", "removed", "rule", "deny on crm.*:delete, erp.*:delete"),
        ("roles.yaml", "      - crm.task:create\n", "", "changed", "role", "scope crm.task:create is gone"),
        ("people.yaml", "roles: [sales-rep]", "roles: [sales-rep]\n    active: false", "changed", "person",
         "is not active any more"),
        ("people.yaml", "omar@", "o.reyes@", "changed", "person",
         "e-mail omar@merle-instruments.example becomes o.reyes@merle-instruments.example"),
    ],
)  # fmt: skip
def test_a_difference_is_told_in_words(
    reference: Policies, edited: Edited, file: str, old: str, new: str, kind: str, what: str, words: str
) -> None:
    told_of = compare(reference, load_policies(edited(file, old, new)))
    assert any((one.kind, one.what) == (kind, what) and words in one.words for one in told_of), told_of


def test_the_same_rules_in_another_order_are_told(reference: Policies) -> None:
    turned = Policies(people=reference.people, roles=reference.roles, rules=reference.rules[::-1], hash="x")
    (difference,) = compare(reference, turned)
    assert difference.what == "order of the rules"


def test_a_policy_does_not_differ_from_itself(reference: Policies) -> None:
    assert compare(reference, reference) == ()
