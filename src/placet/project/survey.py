"""Reads all of a project, as far as it can be read, and collects everything that is wrong."""

from dataclasses import dataclass, field
from pathlib import Path

from placet.errors import Finding, ProjectInvalid, SettingInvalid
from placet.project.agents import AgentRoom, read_agents
from placet.project.rooms import PythonRooms, read_python_rooms
from placet.project.settings import SETTINGS_FILE, LimitSettings, Settings, load_settings
from placet.rules import Policies, load_policies, read_examples


@dataclass
class Survey:
    """The parts of a project. A part that cannot be read is `None`, and `findings` says why."""

    folder: Path
    settings: Settings | None
    agents: AgentRoom
    rooms: PythonRooms
    policies: Policies | None
    setting_error: SettingInvalid | None = None
    findings: list[Finding] = field(default_factory=list)


def survey_project(folder: Path, *, deep: bool = True) -> Survey:
    """Read every room of `folder`, policy examples included. Raises nothing for what the files say.

    `deep` imports the graphs as well.
    """
    findings: list[Finding] = []
    settings, setting_error = _settings(folder, findings)
    agents = read_agents(folder, settings.limits if settings else LimitSettings())
    rooms = read_python_rooms(folder, deep=deep)
    policies = _policies(folder, findings)
    _examples, wrong = read_examples(folder / "policies", policies)
    findings = [*findings, *wrong, *agents.findings, *rooms.findings]
    return Survey(folder, settings, agents, rooms, policies, setting_error, findings)


def _settings(folder: Path, findings: list[Finding]) -> tuple[Settings | None, SettingInvalid | None]:
    try:
        return load_settings(folder), None
    except ProjectInvalid as error:
        findings.extend(error.findings)
        return None, None
    except SettingInvalid as error:
        message = f"setting `{error.setting}` is not usable: {error.reason}"
        findings.append(Finding(SETTINGS_FILE, error.line, message))
        return None, error


def _policies(folder: Path, findings: list[Finding]) -> Policies | None:
    try:
        return load_policies(folder / "policies")
    except ProjectInvalid as error:
        findings.extend(error.findings)
        return None
