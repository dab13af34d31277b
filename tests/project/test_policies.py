"""The policy of this repository: its examples hold, and they are about every rule and every changing tool."""

import pytest

from placet.project import load_project, template_root
from placet.rules import Checked, Policies, load_policies, read_examples, run_examples
from placet.vocabulary import Effect

FOLDER = template_root() / "policies"
POLICIES: Policies = load_policies(FOLDER)
EXAMPLES, FINDINGS = read_examples(FOLDER, POLICIES)


def test_the_examples_are_well_formed() -> None:
    assert FINDINGS == []


@pytest.mark.parametrize("checked", run_examples(POLICIES, EXAMPLES), ids=lambda one: one.example.entry.name)
def test_the_policy_says_what_the_example_expects(checked: Checked) -> None:
    assert checked.differences == ()


def test_every_rule_decides_at_least_one_example() -> None:
    decided = {one.told.ruling.rule for one in run_examples(POLICIES, EXAMPLES)}
    assert [rule.id for rule in POLICIES.rules if rule.id not in decided] == []


def test_every_changing_tool_has_an_example() -> None:
    asked = {example.entry.scope for example in EXAMPLES}
    tools = load_project(template_root()).tools.values()
    assert [tool.name for tool in tools if tool.effect is not Effect.READ and str(tool.scope) not in asked] == []


def test_examples_are_asked_by_people_who_may_except_where_a_door_is_shown_shut() -> None:
    for one in run_examples(POLICIES, EXAMPLES):
        entry = one.example.entry
        if entry.mode == "auto" and entry.expect.verdict != "deny":
            assert any(str(scope) == entry.scope for scope in POLICIES.scopes_of(entry.as_)), entry.name
