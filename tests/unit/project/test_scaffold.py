from pathlib import Path

import pytest

from placet.errors import NameInvalid, TargetExists
from placet.project import init_project, template_root


def test_a_new_project_equals_the_reference_rooms_byte_for_byte(tmp_path: Path) -> None:
    folder = init_project(tmp_path / "acme", "acme")
    for room in ("agents", "tools", "graphs", "policies", "evals"):
        written = {path.relative_to(folder): path.read_bytes() for path in (folder / room).rglob("*") if path.is_file()}
        original = {one: (template_root() / one).read_bytes() for one in written}
        assert written == original
        assert written
    assert (folder / "placet.toml").read_bytes() == (template_root() / "placet.toml").read_bytes()


def test_every_reference_file_is_copied(tmp_path: Path) -> None:
    folder = init_project(tmp_path / "acme", "acme")
    for room, kind in (("agents", "yaml"), ("tools", "py"), ("graphs", "py"), ("policies", "yaml")):
        reference = {path.name for path in (template_root() / room).glob(f"*.{kind}")}
        assert {path.name for path in (folder / room).glob(f"*.{kind}")} == reference


def test_the_data_folder_is_kept_out_of_version_control(tmp_path: Path) -> None:
    assert ".placet/" in (init_project(tmp_path / "acme", "acme") / ".gitignore").read_text().splitlines()


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    assert (init_project(tmp_path / "acme", "acme") / "placet.toml").is_file()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(TargetExists):
        init_project(tmp_path, "acme")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", ".hidden", "a b", "-x", "a\n", "x" * 65, "end."])
def test_a_name_that_is_no_simple_folder_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NameInvalid):
        init_project(tmp_path / "acme", name)
    assert not (tmp_path / "acme").exists()
