import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from placet.errors import ProjectMissing, SettingInvalid
from placet.project import find_project, load_project
from placet.vocabulary import Effect, Mode, Scope

MakeProject = Callable[..., Path]


def test_a_project_is_found_from_any_folder_inside(make_project: MakeProject) -> None:
    folder = make_project()
    assert find_project(folder / "agents") == folder.resolve()


def test_without_a_project_the_start_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectMissing, match=r"no placet\.toml in"):
        find_project(tmp_path)


def test_tools_are_named_by_file_and_function(make_project: MakeProject) -> None:
    project = load_project(make_project())
    assert {name: tool.effect for name, tool in project.tools.items()} == {
        "deals.find": Effect.READ,
        "deals.move": Effect.WRITE,
    }
    assert [tool.name for tool in project.tools_of("helper")] == ["deals.find", "deals.move"]


def test_an_agent_is_read_with_the_limits_of_the_project(make_project: MakeProject) -> None:
    limited = '[systems.crm]\npath = "x"\n\n[limits]\nsteps_per_run = 5\n'
    agent = load_project(make_project({"placet.toml": limited})).agents["helper"]
    assert (agent.mode, agent.owner, agent.confidence_floor) == (Mode.AUTO, "priya", "0.2")
    assert agent.scopes[0] == Scope.parse("crm.opportunity:read")
    assert (agent.limits.steps_per_run, agent.limits.proposals_per_run) == (5, 20)


def test_graphs_are_build_functions_with_a_version(make_project: MakeProject) -> None:
    project = load_project(make_project())
    assert project.graphs["plain"]("steps") == "steps"
    assert project.graph_versions == {"plain": "7"}


def test_sqlite_files_lie_in_the_project_wherever_one_stands(make_project: MakeProject) -> None:
    folder = make_project()
    assert load_project(folder).database_url == f"sqlite:///{folder.resolve()}/.placet/placet.sqlite"


def test_two_projects_in_one_process_keep_their_own_code(make_project: MakeProject) -> None:
    first = load_project(make_project({"graphs/plain.py": "def build(steps):\n    return 'first'\n"}, name="one"))
    second = load_project(make_project({"graphs/plain.py": "def build(steps):\n    return 'second'\n"}, name="two"))
    assert (first.graphs["plain"](None), second.graphs["plain"](None)) == ("first", "second")
    modules: list[Any] = [one.tools["deals.find"].function.__module__ for one in (first, second)]
    assert modules[0] != modules[1]
    assert all(name.startswith("placet_project.") for name in modules)


def test_an_installed_package_called_agents_or_tools_disturbs_nothing(
    make_project: MakeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("agents", "tools"):
        (tmp_path / "site" / name).mkdir(parents=True)
        (tmp_path / "site" / name / "__init__.py").write_text("OWNER = 'someone else'\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert "deals.find" in load_project(make_project()).tools
    __import__("agents")
    assert sys.modules["agents"].OWNER == "someone else"
    monkeypatch.delitem(sys.modules, "agents")


def test_a_changed_file_is_read_anew_and_leaves_no_bytecode(make_project: MakeProject) -> None:
    folder = make_project()
    for answer in ("old", "new"):
        folder = make_project({"graphs/plain.py": f"def build(steps):\n    return '{answer}'\n"})
        assert load_project(folder).graphs["plain"](None) == answer
    assert not list(folder.rglob("__pycache__"))


def test_tracebacks_name_the_real_file(make_project: MakeProject) -> None:
    project = load_project(make_project({"graphs/plain.py": "def build(steps):\n    return steps['x']\n"}))
    with pytest.raises(TypeError) as caught:
        project.graphs["plain"](None)
    assert caught.traceback[-1].path == project.folder / "graphs" / "plain.py"


def test_a_setting_that_is_the_only_thing_wrong_is_said_by_name(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACET_LIMITS__STEPS_PER_RUN", "many")
    with pytest.raises(SettingInvalid, match="PLACET_LIMITS__STEPS_PER_RUN"):
        load_project(make_project())
