from collections.abc import Callable
from pathlib import Path

import pytest

from placet.errors import Finding, ProjectInvalid, ProjectMissing
from placet.project import check_project, load_project

MakeProject = Callable[..., Path]
CheckWith = Callable[[str, str, str], list[Finding]]
AGENT, DEALS, PLAIN, ROLES, RULES = (
    "agents/helper.yaml",
    "tools/deals.py",
    "graphs/plain.py",
    "policies/roles.yaml",
    "policies/rules.yaml",
)


def test_a_sound_project_has_no_findings(make_project: MakeProject) -> None:
    assert check_project(make_project()) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "said", "nearest"),
    [
        (AGENT, "deals.move", "deals.mvoe", 7, "there is no tool `deals.mvoe`", "deals.move"),
        (AGENT, "deals.move", "deals.find", 7, "tool `deals.find` is listed twice", ""),
        (AGENT, "graph: plain", "graph: plane", 4, "there is no graph `plane`", "plain"),
        (AGENT, "owner: priya", "owner: pria", 12, "there is no person `pria`", "priya"),
        (AGENT, "scopes:", "scopes:\n  - crm.task:reed", 9, "use for the scope `crm.task:reed`", "crm.task:read"),
        (AGENT, "  - crm.opportunity:update\n", "", 7, "needs the scope `crm.opportunity:update`", ""),
        (AGENT, "  - crm.opportunity:read\n", "", 6, "needs the scope `crm.opportunity:read`", ""),
        (AGENT, "crm.opportunity:update", "crm.opportunity", 10, "`crm.opportunity` is not a scope", ""),
        (AGENT, "mode: auto", "mode: automatic", 11, "`mode`", ""),
        (AGENT, "mode: auto", "mood: auto", 11, "unknown field `mood`", "mode"),
        (AGENT, "0.2", "1.2", 13, "`1.2` is not between 0 and 1", ""),
        (RULES, "opportunity", "oportunity", 4, "the scope `crm.oportunity:update`", "crm.opportunity:update"),
        (RULES, "role: owner", "role: onwer", 6, "there is no role `onwer`", "owner"),
        (ROLES, "opportunity", "oportunity", 5, "the scope `crm.oportunity:read`", "crm.opportunity:read"),
        ("placet.toml", "[systems.crm]", "[systems.crn]", 4, "the connector `embedded` has no system `crn`", "crm"),
        (DEALS, '"crm.opportunity")]', '"crm.oportunity")]', 12, "names `crm.oportunity`", "crm.opportunity"),
        (DEALS, "crm.opportunity:read", "hr.person:read", 6, "the system `hr`", ""),
        (DEALS, "crm.opportunity:read", "crm.opportunity", 6, "is not a scope", ""),
        (DEALS, '@read(scope="crm.opportunity:read")\n', "", 6, "function `find` declares no effect", ""),
        (DEALS, '"""Move a deal."""', '"""Move a deal.', 14, "does not import: unterminated", ""),
        (DEALS, "from typing import Annotated", "from tools.erp import stock", 1, "rooms do not import each other", ""),
        (DEALS, "from typing import Annotated", "import requests", 1, "may import only placet", ""),
        (DEALS, "from typing import Annotated", "from . import erp", 1, "a relative import", ""),
        (DEALS, "from typing import Annotated", "import langgraph.graph", 1, "only graphs/ may import langgraph", ""),
        (DEALS, "from typing import Annotated", "from placet.executor import claim", 1, "is not open to rooms", ""),
        (DEALS, "from placet import Reader", "from placet import Readr", 3, "no public name `Readr`", "Reader"),
        (DEALS, "    return Update(", '    open("x")\n    return Update(', 15, "may not call `open`", ""),
        (PLAIN, "def build(steps)", "def biuld(steps)", 0, "needs a function `build(steps)`", "biuld"),
        (PLAIN, "def build(steps)", "def build(steps, more)", 4, "`build` takes one parameter", ""),
        (PLAIN, 'VERSION = "7"', "VERSION = 1 / 0", 1, "division by zero", ""),
    ],
)  # fmt: skip
def test_what_leads_nowhere_is_named_with_file_line_and_nearest_match(
    check_with: CheckWith, file: str, old: str, new: str, line: int, said: str, nearest: str
) -> None:
    found = check_with(file, old, new)
    at_line = [one for one in found if (one.file, one.line) == (file, line)]
    assert any(said in one.message and one.nearest == nearest for one in at_line), found


def test_one_broken_tool_file_raises_one_finding_only(check_with: CheckWith) -> None:
    assert len(check_with(DEALS, "from typing", "form typing")) == 1


def test_a_file_that_breaks_the_fence_is_not_run(make_project: MakeProject, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    text = f"import pathlib\n\npathlib.Path({str(marker)!r}).write_text('x')\n"
    assert check_project(make_project({"tools/evil.py": text}))[0].file == "tools/evil.py"
    assert not marker.exists()


def test_deny_rules_may_lock_what_no_tool_does(make_project: MakeProject) -> None:
    lock = "rules:\n  - {id: no, on: ['crm.*:delete'], then: deny, because: Never.}\n"
    assert check_project(make_project({RULES: lock})) == []


def test_a_project_without_rules_is_told_that_every_write_is_refused(make_project: MakeProject) -> None:
    assert [str(one) for one in check_project(make_project({RULES: ""}))] == [
        "policies/rules.yaml: no rule is written, so every write is refused"
    ]


@pytest.mark.parametrize("file", ["agents/other.yml", "tools/_hidden.py", "tools/My-Tool.py", "graphs/sub/deep.py"])
def test_files_that_would_be_passed_over_are_reported(make_project: MakeProject, file: str) -> None:
    found = check_project(make_project({file: ""}))
    assert [one.file for one in found] == [file.removesuffix("/deep.py")]


def test_two_agents_with_one_id_are_reported(make_project: MakeProject) -> None:
    agent = (make_project() / AGENT).read_text()
    found = check_project(make_project({"agents/second.yaml": agent}))
    assert [str(one) for one in found] == [
        "agents/second.yaml:1: agent `helper` is defined twice, first in agents/helper.yaml"
    ]


def test_a_wrong_setting_is_a_finding_with_its_line(make_project: MakeProject) -> None:
    found = check_project(make_project({"placet.toml": "[limits]\nsteps_per_run = 0\n"}))
    assert (found[0].file, found[0].line) == ("placet.toml", 2)
    assert "limits.steps_per_run" in found[0].message


def test_a_project_with_findings_is_not_loaded(make_project: MakeProject) -> None:
    with pytest.raises(ProjectInvalid, match="there is no graph") as caught:
        load_project(make_project({PLAIN: None}))
    assert caught.value.findings[0].file == AGENT


def test_a_folder_without_settings_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectMissing):
        check_project(tmp_path)
