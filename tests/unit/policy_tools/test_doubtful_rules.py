"""What `placet check` says about rules that cannot be meant."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.errors import Finding
from placet.project import check_project, init_project
from placet.rules.attributes import attributes_in

ALLOW = "  - {{id: extra, on: ['{on}'], when: [\"{when}\"], then: allow, because: x}}\n"


@pytest.fixture
def with_rule(tmp_path: Path) -> Callable[..., list[Finding]]:
    """The findings of the reference project with one more rule, at the end of its file."""

    def check(when: str, on: str = "crm.opportunity:update", rule: str = ALLOW) -> list[Finding]:
        folder = init_project(tmp_path / "co", "co")
        rules = folder / "policies" / "rules.yaml"
        rules.write_text(rules.read_text() + rule.format(when=when, on=on))
        return check_project(folder)

    return check


@pytest.mark.parametrize(
    ("when", "said", "nearest"),
    [
        ("change.amont.after != null", "`change.amont.after`", "change.amount.after"),
        ("change.amount.aftr != null", "`change.amount.aftr`", "change.amount.after"),
        ("change.amount.after.minr > 5", "`change.amount.after.minr`", "change.amount.after.minor"),
        ("change.stage.after.minor > 5", "`change.stage.after.minor`", "change.stage.after"),
        ("record.regoin == 'EMEA'", "`record.regoin`", "record.region"),
        ("record['regoin'] == 'EMEA'", "`record.regoin`", "record.region"),
        ("requester.role == 'x'", "`requester.role`", "requester.roles"),
        ("agent.name == 'x'", "`agent.name`", ""),
        ("has(change.amont)", "`change.amont`", "change.amount"),
        ("tainted.level > 1", "`tainted.level`", "tainted"),
        ("change.amount.after > 5", "is money and has no order", "change.amount.after.minor"),
        ("5 < record.amount", "is money and has no order", "record.amount.minor"),
        ("change.stage.after == 'wun'", "is never `wun`", "won"),
        ("change.stage.after in ['won', 'lots']", "is never `lots`", "lost"),
        ("1 > 2", "is never true, so the rule can never match", ""),
    ],
)
def test_a_condition_about_nothing_is_named_with_line_and_nearest_match(
    with_rule: Callable[..., list[Finding]], when: str, said: str, nearest: str
) -> None:
    found = with_rule(when)
    assert [(one.file, one.nearest) for one in found] == [("policies/rules.yaml", nearest)]
    assert said in found[0].message
    assert found[0].line > 80


@pytest.mark.parametrize(
    "when",
    [
        "change.amount.after == null",
        "record.id != '' && 'amount' in change",
        "change.all(field, change[field].after != null)",
        "requester.roles.exists(role, role == 'sales-rep')",
        "requester.email.endsWith('@example.org')",
        "change.discount_percent.after > 10",
        "record.name != 'change.amont'",
    ],
)
def test_conditions_that_make_sense_raise_nothing(with_rule: Callable[..., list[Finding]], when: str) -> None:
    assert with_rule(when) == []


def test_an_attribute_of_only_some_objects_needs_a_guard(with_rule: Callable[..., list[Finding]]) -> None:
    two = "  - {{id: extra, on: ['crm.note:create', 'crm.task:create'], when: [{when}], then: deny, because: x}}\n"
    assert [one.message for one in with_rule("record.due == '2026-01-01'", rule=two)] == [
        "`record.due` is nothing a change of `crm.note` has"
    ]


def test_a_guard_makes_it_fine(with_rule: Callable[..., list[Finding]]) -> None:
    two = "  - {{id: extra, on: ['crm.note:create', 'crm.task:create'], when: [{when}], then: deny, because: x}}\n"
    assert with_rule("has(record.due), \"record.due == '2026-01-01'\"", rule=two) == []


@pytest.mark.parametrize(
    ("on", "then", "when", "said"),
    [
        ("erp.purchase_order:create", "allow", "tainted", "`purchase-orders` matches whenever it does, and ask wins"),
        ("crm.opportunity:delete", "allow", "", "`no-deleting` matches whenever it does, and deny wins over allow"),
        ("crm.opportunity:delete", "deny", "tainted", "`no-deleting` matches whenever it does and comes first"),
        ("crm.note:create", "allow", "!tainted, 'double(confidence) >= 0.3'", "`note-or-task` matches whenever"),
    ],
)
def test_a_rule_in_the_shadow_of_another_is_named(
    with_rule: Callable[..., list[Finding]], on: str, then: str, when: str, said: str
) -> None:
    quoted = ", ".join(one if one.startswith("'") else f"'{one}'" for one in when.split(", ") if one)
    rule = "  - {{id: extra, on: ['{on}'], when: [{when}], then: " + then + ", because: x}}\n"
    messages = [one.message for one in with_rule(quoted, on=on, rule=rule)]
    assert any(said in one for one in messages), messages


def test_an_escalation_to_a_role_nobody_holds_is_named(tmp_path: Path) -> None:
    folder = init_project(tmp_path / "co", "co")
    roles, rules = folder / "policies" / "roles.yaml", folder / "policies" / "rules.yaml"
    roles.write_text(roles.read_text() + "  - {id: vp-sales}\n")
    step = "escalate: [{after: 1h, to: {role: vp-sales}}]\n    because: Operations"
    rules.write_text(rules.read_text().replace("because: Operations", step))
    assert ["reaches nobody" in one.message for one in check_project(folder)] == [True]


def test_examples_are_checked_with_the_project(tmp_path: Path) -> None:
    folder = init_project(tmp_path / "co", "co")
    tests = folder / "policies" / "tests"
    deals = tests / "deals.yaml"
    deals.write_text(deals.read_text().replace("rule: deal-closes}", "rule: deal-closed}", 1))
    assert [(one.file, one.nearest) for one in check_project(folder)] == [("policies/tests/deals.yaml", "deal-closes")]


@given(st.text("changerecod.[]'\"()has amount&|<>=! ", max_size=40))
def test_reading_attributes_of_any_text_never_fails(text: str) -> None:
    assert all(one.parts for one in attributes_in(text))
