from collections.abc import Callable
from pathlib import Path

import pytest

from placet.errors import Finding, ProjectInvalid
from placet.rules import Policies, load_policies
from placet.vocabulary import Ruling, Scope, Verdict

RULE = """\
rules:
  - id: amount
    on: [crm.deal:update]
    when: ["has(change.amount)"]
    then: ask
    approvers: {role: director}
    because: A director confirms amounts.
"""


def findings(folder: Path) -> list[Finding]:
    with pytest.raises(ProjectInvalid) as caught:
        load_policies(folder)
    return list(caught.value.findings)


def test_a_rule_is_read_as_it_is_written(policies_of: Callable[[str], Policies]) -> None:
    rule = policies_of(RULE).rules[0]
    assert (rule.id, rule.then, rule.approvers, rule.quorum) == ("amount", Verdict.ASK, ("director",), 1)
    assert (rule.not_requester, rule.expires_in_seconds, rule.line) == (True, 14_400, 2)


@pytest.mark.parametrize(
    ("wrong", "line", "said", "nearest"),
    [
        (RULE.replace("then:", "than:"), 5, "unknown field `than`", "then"),
        (RULE.replace("because", "requries_approval"), 7, "unknown field `requries_approval`", ""),
        (RULE.replace("{role: director}", "{role: director, no: 1}"), 6, "unknown field `no`", "not"),
        (RULE.replace("{role: director}", "{role: director, quorum: 010}"), 6, "`rules.0.approvers.quorum`", ""),
        (RULE + "    country: NO\n", 8, "unknown field `country`", ""),
        (RULE + "    expires: 12:30\n", 8, "`12:30` is not a length of time", ""),
        (RULE.replace("role: director", "role: directr"), 6, "there is no role `directr`", "director"),
        (RULE.replace("role: director", "role: ghost"), 6, "there is no role `ghost`", ""),
        (RULE.replace("crm.deal:update", "crm.deal"), 3, "`crm.deal` is not a scope", ""),
        (RULE.replace("crm.deal:update", "crm.deal:read"), 3, "a read cannot wait", ""),
        (RULE.replace("has(change.amount)", "has(change.amount"), 4, "is not a condition", ""),
        (RULE.replace("has(change.amount)", "chance.amount > 1"), 4, "did you mean `change`?", ""),
        (RULE.replace("has(change.amount)", "sizes(change) > 1"), 4, "did you mean `size`?", ""),
        (RULE.replace("has(change.amount)", "1 + " * 200 + "1 == 1"), 4, "at most 500 characters", ""),
        (RULE.replace("    approvers: {role: director}\n", ""), 2, "needs `approvers`", ""),
        (RULE.replace("ask", "allow"), 2, "belong to `ask` rules", ""),
        (RULE.replace("{role: director}", "{role: director, quorum: 2}"), 6, "only 1 active people", ""),
        (RULE + RULE.removeprefix("rules:\n"), 8, "rule id `amount` is used twice, first in line 2", ""),
        (RULE + "    escalate: [{after: 1h, to: {role: boss}}]\n", 8, "there is no role `boss`", ""),
    ],
)
def test_a_wrong_rule_is_refused_with_line_and_nearest_match(
    policy_folder: Callable[..., Path], wrong: str, line: int, said: str, nearest: str
) -> None:
    found = [one for one in findings(policy_folder(wrong)) if one.line == line]
    assert any(said in one.message and one.nearest == nearest for one in found), findings(policy_folder(wrong))


@pytest.mark.parametrize(
    ("people", "line", "said"),
    [
        ("- {id: a, name: A, email: a@b}\n- {id: a, name: B, email: b@b}", 3, "person `a` is defined twice"),
        ("- {id: a, name: A, email: a@b, slack: U01}\n- {id: b, name: B, email: b@b, slack: U01}", 3, "Slack id `U01`"),
        ("- {id: a, name: A, email: a@b}\n- {id: b, name: B, email: A@b}", 3, "e-mail address `a@b` is used twice"),
        ("- {id: a, name: A, email: a@b, active: NO}", 2, "`people.0.active`"),
        ("- {id: a, name: A, email: a@b, roles: [director, rap]}", 2, "there is no role `rap`"),
        ("- {id: a, name: A}", 2, "the field `email` is missing"),
    ],
)
def test_people_who_cannot_be_told_apart_are_refused(
    policy_folder: Callable[..., Path], people: str, line: int, said: str
) -> None:
    found = findings(policy_folder(people=f"people:\n{people}\n"))
    assert any(one.file == "policies/people.yaml" and one.line == line and said in one.message for one in found)


def test_an_ask_rule_whose_approvers_have_all_left_is_refused(policy_folder: Callable[..., Path]) -> None:
    people = "people: [{id: noor, name: Noor, email: n@b, roles: [director], active: false}]"
    assert "nobody active" in findings(policy_folder(RULE, people=people))[0].message


def test_all_findings_are_reported_at_once(policy_folder: Callable[..., Path]) -> None:
    wrong = RULE.replace("director", "ghost").replace("has(change.amount)", "((")
    assert len(findings(policy_folder(wrong))) == 2


def test_a_missing_and_a_misnamed_file_are_named(policy_folder: Callable[..., Path]) -> None:
    folder = policy_folder()
    (folder / "rules.yaml").rename(folder / "rule.yaml")
    assert [(one.file, one.nearest) for one in findings(folder)] == [
        ("policies/rule.yaml", "rules.yaml"),
        ("policies/rules.yaml", ""),
    ]


def test_scopes_come_from_the_roles_of_active_people(policies_of: Callable[[str], Policies]) -> None:
    policies = policies_of("")
    assert policies.scopes_of("dana") == {
        Scope.parse(one) for one in ("crm.*:read", "crm.deal:read", "crm.deal:update")
    }
    assert policies.scopes_of("noor") == policies.scopes_of("nobody") == frozenset()


def test_people_are_found_by_slack_id_and_by_email(policies_of: Callable[[str], Policies]) -> None:
    policies = policies_of("")
    by_slack, by_email = policies.person_by_slack("U0DANA"), policies.person_by_email("dana@EXAMPLE.org")
    assert by_slack is by_email is policies.people["dana"]
    assert policies.person_by_slack("") is None


def test_approvers_are_active_holders_other_than_the_requester(policies_of: Callable[[str], Policies]) -> None:
    policies = policies_of("")
    ruling = Ruling(verdict=Verdict.ASK, rule="x", because="y", approvers=("director", "rep"))
    assert [one.id for one in policies.approvers_for(ruling, "dana")] == ["riley"]
    assert [one.id for one in policies.approvers_for(ruling, "priya")] == ["riley", "dana"]


def test_the_hash_follows_the_meaning_and_not_the_layout(policies_of: Callable[[str], Policies]) -> None:
    first = policies_of(RULE).hash
    assert policies_of("# a remark\n" + RULE).hash == first
    assert policies_of(RULE.replace("confirms", "signs")).hash != first
