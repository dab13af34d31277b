"""Finds and loads a project."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from placet.errors import Finding, ProjectInvalid, ProjectMissing
from placet.project.resolve import unresolved
from placet.project.settings import SETTINGS_FILE, Settings
from placet.project.survey import Survey, survey_project
from placet.rules import Policies
from placet.toolbox import ToolDeclaration
from placet.vocabulary import AgentSpec

_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project without findings. Agents are keyed by id, tools by `file.function`, graphs by file name.

    A graph is its file's `build(steps)`; `graph_versions` holds each file's `VERSION`, or `1`.
    """

    folder: Path
    settings: Settings
    agents: Mapping[str, AgentSpec]
    tools: Mapping[str, ToolDeclaration]
    graphs: Mapping[str, Callable[[Any], Any]]
    graph_versions: Mapping[str, str]
    policies: Policies

    def path(self, relative: str) -> Path:
        """A path of a setting: relative ones count from the project folder."""
        return self.folder / relative

    @property
    def database_url(self) -> str:
        """The setting `database.url` with an absolute path where it is a SQLite file."""
        return absolute_url(self.settings.database.url, self.folder)

    @property
    def checkpoints_url(self) -> str:
        """The setting `checkpoints.url` with an absolute path where it is a SQLite file."""
        return absolute_url(self.settings.checkpoints.url, self.folder)

    def tools_of(self, agent: str) -> tuple[ToolDeclaration, ...]:
        """An agent's tools, in the order its file lists them."""
        return tuple(self.tools[name] for name in self.agents[agent].tools)


def absolute_url(url: str, folder: Path) -> str:
    """`url`, or for a SQLite file with a relative path the same file seen from anywhere."""
    file = url.removeprefix(_SQLITE)
    if not url.startswith(_SQLITE) or not file or file.startswith(":"):
        return url
    return f"{_SQLITE}{folder.resolve() / file}"


def find_project(start: Path) -> Path:
    """The nearest folder at or above `start` that holds `placet.toml`.

    Raises:
        ProjectMissing: there is none.
    """
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise ProjectMissing(folder=str(start))


def load_project(folder: Path) -> Project:
    """Load settings, agents, tools, graphs and policies, and refuse the project unless everything fits.

    A graph file is imported when it is first built; `placet check` imports it at once.

    Raises:
        ProjectMissing: the folder has no `placet.toml`.
        SettingInvalid: a setting is wrong and nothing else is.
        ProjectInvalid: with all findings.
    """
    survey = examine(folder, deep=False)
    if survey.setting_error is not None and len(survey.findings) == 1:
        raise survey.setting_error
    if survey.findings or survey.settings is None or survey.policies is None:
        raise ProjectInvalid(findings=tuple(survey.findings))
    return Project(
        folder=survey.folder,
        settings=survey.settings,
        agents=survey.agents.agents,
        tools=survey.rooms.tools,
        graphs={name: graph.build for name, graph in survey.rooms.graphs.items()},
        graph_versions={name: graph.version for name, graph in survey.rooms.graphs.items()},
        policies=survey.policies,
    )


def examine(folder: Path, *, deep: bool = True) -> Survey:
    """Read a project and resolve its names; `findings` of the result is sorted by file and line.

    Raises:
        ProjectMissing: the folder has no `placet.toml`.
    """
    if not (folder / SETTINGS_FILE).is_file():
        raise ProjectMissing(folder=str(folder))
    survey = survey_project(folder.resolve(), deep=deep)
    if not survey.agents.agents and not survey.agents.findings:
        survey.findings.append(Finding("agents", 0, "there is no agent; write one in agents/NAME.yaml"))
    found = [*survey.findings, *unresolved(survey)]
    survey.findings = sorted(found, key=lambda one: (one.file, one.line))
    return survey
