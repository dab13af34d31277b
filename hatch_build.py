"""Puts `placet.toml` beside the rooms inside the wheel."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SettingsBesideRooms(BuildHookInterface):  # type: ignore[type-arg]  # its config type is hatchling's own affair
    """The mapping of `sources` moves folders only, and `force-include` leaves a stale copy beside an open checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the file to a wheel that ships; an open checkout reads its own."""
        if version == "standard":
            build_data["force_include"]["placet.toml"] = "placet/template/placet.toml"
