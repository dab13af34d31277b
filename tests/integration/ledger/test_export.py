"""The ledger as files, and the verifier that needs nothing else."""

import ast
import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from placet.ledger import append, standalone
from placet.ledger.export import export_csv, export_heads, export_jsonl
from placet.ledger.heads import sign_head
from placet.ledger.keys import LedgerSigner
from placet.storage import Store

Write = Callable[..., None]


@pytest.fixture
def exported(store: Store, signer: LedgerSigner, write: Write, tmp_path: Path) -> Path:
    """A folder that holds the verifier, the exported ledger, its heads and the public key, and nothing else."""
    folder = tmp_path / "offline"
    folder.mkdir()
    for count in (6, 4):
        write(count)
        store.write_now(lambda tx: sign_head(tx, signer))
    with (folder / "ledger.jsonl").open("w") as lines, (folder / "heads.txt").open("w") as notes:
        assert store.read_now(lambda tx: (export_jsonl(tx, lines), export_heads(tx, notes))) == (10, 2)
    (folder / "ledger.pub").write_text(signer.verifier_key() + "\n")
    shutil.copy(standalone.__file__, folder / "verify.py")
    return folder


def offline(folder: Path, *more: str) -> tuple[int, str]:
    """Run the copied verifier, isolated from the environment and this package's place."""
    command = [sys.executable, "-I", "verify.py", "--ledger", "ledger.jsonl"]
    done = subprocess.run([*command, *more], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


SIGNED = ("--heads", "heads.txt", "--public-key", "ledger.pub")


def test_the_verifier_says_ok_with_size_and_head(exported: Path) -> None:
    status, said = offline(exported, *SIGNED, "--anchors", "heads.txt")
    assert (status, said.split(",")[0]) == (0, "OK 10 entries")
    assert "signed heads reach entry 10 (2), anchors 10 (2)" in said


def test_the_verifier_names_the_exact_entry_and_class(exported: Path) -> None:
    file = exported / "ledger.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:6], lines[6].replace("find_deals", "find_money"), *lines[7:]]))
    status, said = offline(exported, *SIGNED)
    assert (status, said.splitlines()[0]) == (1, "DAMAGED entry 7: edited: its content was changed (seen by chain)")


def test_the_verifier_finds_a_missing_end_by_the_heads(exported: Path) -> None:
    file = exported / "ledger.jsonl"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:8]))
    assert offline(exported)[0] == 0
    status, said = offline(exported, *SIGNED)
    assert status == 1
    assert said.startswith("DAMAGED entries 9 to 10: truncated")


def test_a_line_that_is_no_entry_is_damage_at_its_number(exported: Path) -> None:
    file = exported / "ledger.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:2], '{"entry": "\\ud800", "seq": 3}\n', *lines[3:]]))
    assert offline(exported)[1].startswith("DAMAGED entry 3: edited")
    file.write_text("".join([*lines[:2], "torn\n", *lines[3:]]))
    assert offline(exported)[1].startswith("DAMAGED entry 3: edited")


@pytest.mark.parametrize(
    "more",
    [
        ("--heads", "heads.txt"),
        ("--heads", "nowhere.txt", "--public-key", "ledger.pub"),
        ("--heads", "heads.txt", "--public-key", "heads.txt"),
        ("--sideways",),
    ],
)
def test_what_cannot_be_used_is_exit_status_two(exported: Path, more: tuple[str, ...]) -> None:
    status, said = offline(exported, *more)
    assert status == 2
    assert "Traceback" not in said


def test_the_verifier_imports_the_standard_library_and_cryptography_alone() -> None:
    tree = ast.parse(Path(standalone.__file__).read_text())
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in modules} - sys.stdlib_module_names == {"cryptography"}


@pytest.mark.damages_ledger
def test_bytes_that_are_no_text_survive_the_export(store: Store, write: Write) -> None:
    write(2)
    store.write_now(lambda tx: tx.connection.execute(text("UPDATE ledger SET entry = x'7bff80' WHERE seq = 2")))
    file = io.StringIO()
    store.read_now(lambda tx: export_jsonl(tx, file))
    assert list(standalone.read_export(file.getvalue().splitlines()))[1].entry == b"\x7b\xff\x80"


def test_a_table_for_people_holds_no_formula(store: Store) -> None:
    store.write_now(lambda tx: append(tx, "run.received", {"request": "move it", "open": True}, run="=1+1"))
    file = io.StringIO(newline="")
    store.read_now(lambda tx: export_csv(tx, file))
    head, row = csv.reader(io.StringIO(file.getvalue()))
    assert head[:4] == ["number", "time", "what", "run"]
    assert row[2:6] == ["run.received", "'=1+1", "", "open: yes; request: move it"]
