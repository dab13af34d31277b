"""`placet policy …` on a project of its own, with one proposal that waits."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copytree
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.support.company import Company, company
from typer.testing import CliRunner, Result

from placet.cli import policy
from placet.project import init_project
from placet.project.loader import load_project

UPDATE = "crm.opportunity:update"
HALVED = (
    '{"change": {"amount": {"before": {"minor": 100, "currency": "EUR"}, "after": {"minor": 20, "currency": "EUR"}}}}'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return init_project(tmp_path / "co", "co")


@pytest.fixture
async def asked_here(folder: Path) -> AsyncIterator[Company]:
    async with company(folder, project=load_project(folder)) as opened:
        await opened.ask("riley", "set hooli to 120000")
        yield opened


def run(*arguments: object) -> Result:
    return CliRunner().invoke(policy.app, [str(one) for one in arguments])


def document(*arguments: object) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_who_can_is_told_as_tables_and_as_json(folder: Path) -> None:
    assert "Riley Park (riley)" in run("who-can", UPDATE, "--project", folder).stdout
    assert [one["id"] for one in document("who-can", UPDATE, "--project", folder)["askers"]] == ["riley", "dana"]


@pytest.mark.parametrize(
    "arguments",
    [("who-can", "crm.*:update"), ("who-can", "crm"), ("who-can", UPDATE, "--agent", "sales-asistant"), ("explain",)],
)
def test_what_cannot_be_meant_is_a_usage_error(folder: Path, arguments: tuple[str, ...]) -> None:
    assert run(*arguments, "--project", folder).exit_code == 2


def test_a_scope_in_place_of_a_proposal_is_sent_to_the_tools_that_need_it(folder: Path) -> None:
    told = run("explain", UPDATE, "--project", folder)
    assert told.exit_code == 2
    assert "--tool crm.move_deal" in " ".join(told.output.replace("│", " ").split())


def test_a_tool_call_nobody_made_is_explained(folder: Path) -> None:
    call = ("explain", "--tool", "crm.set_deal_amount", "--as", "riley", "--project", folder)
    assert document(*call, "--with", HALVED)["rule"] == "amount-drops-by-half"
    (folder / "facts.yaml").write_text("change: {amount: {after: {minor: 5, currency: EUR}}}\n")
    assert document(*call, "--with", folder / "facts.yaml")["rule"] == "amount-changes"


def test_facts_with_an_unknown_name_are_refused(folder: Path) -> None:
    call = ("explain", "--tool", "crm.move_deal", "--as", "riley", "--project", folder, "--with", '{"chance": {}}')
    assert "did you mean `change`?" in str(run(*call).exception)


async def test_a_stored_proposal_is_explained_from_what_the_policy_saw(asked_here: Company, folder: Path) -> None:
    proposal = await asked_here.only()
    told = document("explain", proposal.id, "--project", folder)
    assert (told["verdict"], told["rule"], told["people"]) == ("ask", "amount-changes", ["dana"])
    assert "under the same policy" in run("explain", proposal.id, "--project", folder).stdout


async def test_a_replay_tells_which_rulings_flip(asked_here: Company, folder: Path, tmp_path: Path) -> None:
    other = copytree(folder / "policies", tmp_path / "policies")
    rules = other / "rules.yaml"
    rules.write_text(rules.read_text().replace("id: amount-changes", "id: frozen").replace(
        "when: [has(change.amount)]\n    then: ask\n    approvers: {role: sales-director, quorum: 1, not: [requester]}",
        "when: [has(change.amount)]\n    then: deny"))  # fmt: skip
    page = tmp_path / "page.html"
    arguments = ("simulate", "--policies", other, "--since", "3650d", "--project", folder)
    assert document(*arguments, "--html", page)["flips"] == {"ask → deny": 1}
    assert "Hooli expansion" in page.read_text()
    assert "ask → deny" in run(*arguments).stdout


def test_examples_run_green_and_leave_a_junit_file(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    result = run("test", "--project", folder, "--junit", report)
    suites = ET.fromstring(report.read_text()).findall("testsuite")
    assert (result.exit_code, sum(int(one.attrib["failures"]) for one in suites)) == (0, 0)
    assert len(suites) == 3


def test_a_differing_example_fails_with_expected_actual_and_why(folder: Path, tmp_path: Path) -> None:
    rules, report = folder / "policies" / "rules.yaml", tmp_path / "junit.xml"
    rules.write_text(rules.read_text().replace("double(confidence) >= 0.3", "double(confidence) > 0.3"))
    result = run("test", folder / "policies", "--junit", report)
    assert result.exit_code == 1
    assert "verdict: expected allow, the policy says deny" in result.stdout
    assert "false: double(confidence) > 0.3  [confidence = 0.3]" in result.stdout
    assert 'failures="1"' in report.read_text()


def test_differences_are_told(folder: Path, tmp_path: Path) -> None:
    other = copytree(folder / "policies", tmp_path / "policies")
    (other / "rules.yaml").write_text((other / "rules.yaml").read_text().replace("expires: 8h", "expires: 1h"))
    assert "for 8 h becomes" in run("diff", folder / "policies", other).stdout
    assert run("diff", other, other).stdout == "both say the same\n"


def test_schemas_are_printed_and_written(tmp_path: Path) -> None:
    assert json.loads(run("schema", "rules").stdout)["title"] == "placet policies: rules"
    assert run("schema", "--to", tmp_path / "schemas").exit_code == 0
    assert len(list((tmp_path / "schemas").glob("*.schema.json"))) == 5
    assert run("schema", "rule").exit_code == 2
