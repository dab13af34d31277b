"""`placet audit export`: one folder that an auditor can verify without placet, or one file."""

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from placet.cli.options import AsJson, ProjectFolder, project_folder
from placet.cli.output import Output
from placet.errors import EvidenceExists

if TYPE_CHECKING:
    from placet.storage import Transaction

LEDGER, HEADS, TABLE, VERIFIER, LETTER = "ledger.jsonl", "heads.txt", "ledger.csv", "verify.py", "README.txt"

_LETTER = """\
A ledger of placet, exported at {at}: {entries} entries, {heads} signed head(s).

{files}
Verify it with Python 3.11 or later and the package cryptography, on a machine you trust:

    python -I verify.py --ledger ledger.jsonl{more}

The public key and the kept heads are not in this folder on purpose. Whoever made the folder could have made them to
fit. Ask for the key on another road, and for the heads where they were anchored.
The verifier was copied from the installed placet; if you do not trust that, take it from its source.
"""
_SIGNED = " --heads heads.txt --public-key KEY --anchors KEPT"
_FILES = {
    LEDGER: "one line an entry, with the exact text that is hashed",
    HEADS: "signed heads, one note after another",
    TABLE: "the same for people; it cannot be verified",
    VERIFIER: "the verifier, one file",
}


def export(
    target: Annotated[
        Path, typer.Argument(metavar="DIR|FILE", help="A new folder, or one new file named .jsonl or .csv.")
    ],
    *,
    table: Annotated[bool, typer.Option("--csv", help="Also write a table for people into the folder.")] = False,
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Write the ledger, its signed heads and the stand-alone verifier into one new folder."""
    from placet.project.loader import load_project
    from placet.project.wiring import open_store

    out = Output(as_json=json)
    if table and target.suffix == ".jsonl":
        raise typer.BadParameter("--csv adds a table to a folder; name the file .csv for a table alone")
    loaded = load_project(project_folder(project))
    if target.exists():
        raise EvidenceExists(path=str(target))
    store = open_store(loaded)
    try:
        if target.suffix in {".jsonl", ".csv"}:
            written = store.read_now(lambda tx: _one_file(tx, target))
        else:
            written = store.read_now(lambda tx: _folder(tx, target, table=table))
    finally:
        store.close()
    out.document({"exported": str(target), **written})
    heads = f" and {written['heads']} signed head(s)" if "heads" in written else ""
    out.line(f"exported {written['entries']} entries{heads} to {target}")
    if "heads" in written:
        out.hint(f"to verify: placet audit verify --ledger {target / LEDGER}")


def _one_file(tx: "Transaction", target: Path) -> dict[str, int]:
    from placet.ledger.export import export_csv, export_jsonl

    try:
        with _new(target) as file:
            return {"entries": (export_csv if target.suffix == ".csv" else export_jsonl)(tx, file)}
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _folder(tx: "Transaction", target: Path, *, table: bool) -> dict[str, int]:
    """Fill a folder that nobody else can read, beside the target, and give it its name when it is complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix=".export-", dir=target.parent))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)  # there is none left once it is renamed
        counted = _fill(tx, folder, table=table)
        folder.rename(target)
    return counted


def _fill(tx: "Transaction", folder: Path, *, table: bool) -> dict[str, int]:
    from placet.ledger import standalone
    from placet.ledger.export import export_csv, export_heads, export_jsonl

    with _new(folder / LEDGER) as lines, _new(folder / HEADS) as notes:
        entries, heads = export_jsonl(tx, lines), export_heads(tx, notes)
    if table:
        with _new(folder / TABLE) as cells:
            export_csv(tx, cells)
    shutil.copyfile(standalone.__file__, folder / VERIFIER)
    files = "".join(f"{name:<14}{told}\n" for name, told in _FILES.items() if (folder / name).exists())
    letter = _LETTER.format(at=tx.stamp, entries=entries, heads=heads, files=files, more=_SIGNED if heads else "")
    (folder / LETTER).write_text(letter, encoding="utf-8")
    return {"entries": entries, "heads": heads}


def _new(path: Path) -> IO[str]:
    return path.open("x", encoding="utf-8", newline="")
