from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from placet.project import template_root
from placet.rules import Policies, load_policies

REFERENCE = template_root() / "policies"
Edited = Callable[..., Path]


@pytest.fixture
def reference() -> Policies:
    return load_policies(REFERENCE)


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """A copy of the reference policy in which `old` became `new` in `file`."""

    def edit(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "edited" / "policies"
        if not folder.exists():
            copytree(REFERENCE, folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        return folder

    return edit
