"""The rooms of this repository: what its policy says about the changes its tools propose."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from placet.project import Project, check_project, init_project, load_project, template_root
from placet.rules import Question, evaluate
from placet.vocabulary import Effect, Json, Mode, Ruling, Scope, Verdict, covered

UPDATE = "crm.opportunity:update"


@cache
def reference() -> Project:
    return load_project(template_root())


def ruling(scope: str, mode: Mode = Mode.AUTO, **context: Json) -> Ruling:
    facts: Mapping[str, Json] = {"change": {}, "record": {}, "confidence": "0.9", "tainted": False, **context}
    return evaluate(
        reference().policies, Question(scope=Scope.parse(scope), effect=Effect.WRITE, mode=mode, context=facts)
    )


def amount(before: int | None, after: int) -> dict[str, Json]:
    old: Json = None if before is None else {"minor": before, "currency": "EUR"}
    return {"amount": {"before": old, "after": {"minor": after, "currency": "EUR"}}}


def test_the_reference_project_has_no_findings() -> None:
    assert [str(one) for one in check_project(template_root())] == []


def test_a_scaffolded_project_has_no_findings(tmp_path: Path) -> None:
    assert [str(one) for one in check_project(init_project(tmp_path / "demo-co", "demo-co"))] == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (amount(12_000_000, 12_000), "amount-drops-by-half"),
        (amount(9_500_000, 12_000_000), "amount-changes"),
        (amount(None, 12_000_000), "amount-changes"),
        ({"stage": {"before": "proposal", "after": "won"}}, "deal-closes"),
        ({"stage": {"before": "proposal", "after": "negotiation"}}, "stage-moves"),
        ({**amount(100, 10), "stage": {"before": "proposal", "after": "won"}}, "amount-drops-by-half"),
    ],
)
def test_changes_of_a_deal_ask_the_sales_director(change: dict[str, Json], rule: str) -> None:
    told = ruling(UPDATE, change=change)
    assert (told.verdict, told.rule, told.approvers) == (Verdict.ASK, rule, ("sales-director",))


def test_a_director_does_not_approve_her_own_request() -> None:
    told = ruling(UPDATE, change=amount(1, 2))
    assert [one.id for one in reference().policies.approvers_for(told, "riley")] == ["dana"]
    assert reference().policies.approvers_for(told, "dana") == ()


@pytest.mark.parametrize("scope", ["crm.note:create", "crm.task:create"])
def test_a_confident_note_or_task_needs_nobody_and_an_unsure_or_tainted_one_a_rep(scope: str) -> None:
    assert ruling(scope).verdict is Verdict.ALLOW
    for told in (ruling(scope, confidence="0.2"), ruling(scope, confidence=None), ruling(scope, tainted=True)):
        assert (told.verdict, told.approvers) == (Verdict.ASK, ("sales-rep",))


def test_purchase_orders_ask_operations() -> None:
    assert ruling("erp.purchase_order:create").approvers == ("operations",)


@pytest.mark.parametrize(
    ("scope", "rule"),
    [
        ("crm.opportunity:delete", "no-deleting"),
        ("erp.invoice:delete", "no-deleting"),
        ("erp.invoice:update", "default"),
    ],
)
def test_deleting_and_everything_unnamed_is_denied(scope: str, rule: str) -> None:
    told = ruling(scope)
    assert (told.verdict, told.rule) == (Verdict.DENY, rule)


def test_other_fields_of_a_deal_are_denied() -> None:
    assert ruling(UPDATE, change={"owner": {"before": "a", "after": "b"}}).rule == "default"


def test_a_rep_holds_every_scope_the_assistant_asks_for() -> None:
    agent, held = reference().agents["sales-assistant"], reference().policies.scopes_of("riley")
    assert [str(scope) for scope in agent.scopes if not covered(scope, held)] == []


def test_every_change_has_someone_who_can_decide_it_when_the_rep_asks() -> None:
    for tool in reference().tools_of("sales-assistant"):
        if tool.effect is not Effect.READ:
            told = ruling(str(tool.scope), Mode.ASK, change=amount(1, 2))
            assert reference().policies.approvers_for(told, "riley"), tool.name
