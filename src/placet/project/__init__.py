"""Find, load, check and scaffold a project."""

from placet.project.check import check_project
from placet.project.loader import Project, absolute_url, find_project, load_project
from placet.project.scaffold import init_project, template_root
from placet.project.secrets import Secrets
from placet.project.settings import SETTINGS_FILE, Settings, SystemSettings, load_settings

__all__ = [
    "SETTINGS_FILE", "Project", "Secrets", "Settings", "SystemSettings", "absolute_url", "check_project",
    "find_project", "init_project", "load_project", "load_settings", "template_root",
]  # fmt: skip
