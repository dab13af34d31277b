"""`placet audit verify`: the project's own ledger, or an export of any, against heads and anchors."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placet.cli.options import AsJson, ProjectFolder, project_folder
from placet.cli.output import Output, say_error
from placet.errors import AnchorFailed, EvidenceUnusable, LedgerBroken

if TYPE_CHECKING:
    from placet.ledger.standalone import Finding, PublicKey, Report
    from placet.project.loader import Project
    from placet.storage import Store

UNUSABLE = 2
"""Exit status where a file cannot be used: nothing is said about the ledger then. 1 means that it is damaged."""


def verify(
    *,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", metavar="FILE", help="An exported ledger; needs no project.")
    ] = None,
    heads: Annotated[Path | None, typer.Option("--heads", metavar="FILE", help="The export's signed heads.")] = None,
    public_key: Annotated[
        Path | None, typer.Option("--public-key", metavar="FILE", help="Public keys `name+id+key`, one a line.")
    ] = None,
    anchors: Annotated[
        list[Path] | None,
        typer.Option("--anchors", metavar="FILE", help="Heads that were kept elsewhere; may be repeated."),
    ] = None,
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Prove that nobody changed the ledger, or name the entry and the class of damage, with exit status 1."""
    if (heads or anchors) and not public_key:
        raise typer.BadParameter("heads and anchors are judged by their signature: give --public-key FILE")
    if heads and not ledger:
        raise typer.BadParameter("--heads belongs to an export: give --ledger FILE; the database has its own")
    out = Output(as_json=json)
    try:
        known = _keys(public_key) if public_key else []
        notes = [note for file in anchors or () for note in _notes(file)]
        if ledger:
            report = _examined_file(ledger, _notes(heads) if heads else [], known, notes)
        else:
            report = _examined_database(project_folder(project), out, known, notes)
    except EvidenceUnusable as error:
        say_error(error)
        raise typer.Exit(UNUSABLE) from None
    _tell(out, report, judged=bool(known))
    if not report.ok:
        raise typer.Exit(1)


def _examined_file(file: Path, heads: Sequence[str], keys: "Sequence[PublicKey]", anchors: Sequence[str]) -> "Report":
    from placet.ledger.standalone import examine, read_export

    try:
        # a byte that is no UTF-8 is damage of its entry, not of the whole file
        with file.open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
            return examine(read_export(lines), heads, keys, anchors)
    except OSError as error:
        raise EvidenceUnusable(file=str(file), reason=error.strerror or str(error)) from None


def _examined_database(folder: Path, out: Output, keys: "Sequence[PublicKey]", anchors: Sequence[str]) -> "Report":
    """Examine the project's ledger; where no heads from elsewhere are given, against those at its own anchors."""
    from placet.ledger.examining import examine_ledger
    from placet.ledger.heads import heads
    from placet.project.loader import load_project
    from placet.project.wiring import open_store

    project = load_project(folder)
    store = open_store(project)
    try:
        kept = list(anchors) or (_anchored(project, store, out) if keys else [])
        report, signed = store.read_now(lambda tx: (examine_ledger(tx, keys, kept, deep=True), len(heads(tx))))
    finally:
        store.close()
    if signed and not keys:
        out.hint(f"{signed} signed head(s) were not judged: give --public-key FILE")
    return report


def _anchored(project: "Project", store: "Store", out: Output) -> list[str]:
    """The heads at the project's own anchors.

    Raises:
        EvidenceUnusable: something was put at an anchor, and it cannot be read any more.
    """
    from placet.ledger.anchors import anchored_sizes
    from placet.project.ledger_jobs import ledger_anchors

    used = store.read_now(anchored_sizes)
    notes: list[str] = []
    for anchor in ledger_anchors(project):
        try:
            found = anchor.notes()
        except AnchorFailed as error:
            if anchor.name in used:
                raise EvidenceUnusable(file=anchor.name, reason=error.reason) from None
            found = []
        out.hint(f"anchor {anchor.name}: {len(found)} head(s)")
        notes += found
    return notes


def _keys(file: Path) -> "list[PublicKey]":
    from placet.ledger.standalone import read_public_keys

    try:
        return read_public_keys(_text(file))
    except ValueError as error:
        raise EvidenceUnusable(file=str(file), reason=str(error)) from None


def _notes(file: Path) -> list[str]:
    """The notes of a file. One without any is refused: it would look like an anchor that agrees.

    Raises:
        EvidenceUnusable: it cannot be read or holds no note.
    """
    from placet.ledger.standalone import split_notes

    notes = split_notes(_text(file))
    if not notes:
        raise EvidenceUnusable(file=str(file), reason="it holds no signed head")
    return notes


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise EvidenceUnusable(file=str(file), reason=error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise EvidenceUnusable(file=str(file), reason="it is no UTF-8 text") from None


def _tell(out: Output, report: "Report", *, judged: bool) -> None:
    broken = None if report.ok else _broken(report.findings[0])
    out.document(_document(report, broken))
    if broken is None:
        out.line(f"verified: {report.entries} entries")
        out.line(f"head: {report.chain}")
    else:
        rows = [(_where(one), one.damage.value, one.detail, one.seen_by) for one in report.findings]
        out.table(("entry", "damage", "what was found", "seen by"), rows)
    for line in _rests_on(report, judged=judged):
        out.line(line)
    if broken is not None:
        out.hint(f"error: {broken}")
        out.hint(f"next: {broken.next_step}")
    elif not report.anchors:
        out.hint("no anchor was given: a cut-off end, or a rewrite by a holder of the key, would not be seen")


def _rests_on(report: "Report", *, judged: bool) -> Iterator[str]:
    """What the verdict rests on, and what it does not cover."""
    if report.only_anchors_tell:
        yield "only an anchored head shows this: the ledger and its own heads agree with each other"
    if judged:
        yield f"signed: up to entry {report.signed}, by {report.heads} head(s)"
        yield f"anchored: up to entry {report.anchored}, by {report.anchors} head(s)"
    if report.ok and judged and report.signed < report.entries:
        yield f"entries {report.signed + 1} to {report.entries} are chained and not signed yet"
    if report.retired:
        yield f"{report.retired} entries keep only their hashes: retention dropped their content"
    for since, until in report.gaps.values():
        yield f"no head could be signed from {since} to {until or 'now'}"


def _where(finding: "Finding") -> str:
    return f"{finding.entry} to {finding.until}" if finding.until > finding.entry else str(finding.entry)


def _broken(finding: "Finding") -> LedgerBroken:
    return LedgerBroken(seq=finding.entry, damage=f"{finding.damage.value}: {finding.detail}")


def _document(report: "Report", broken: LedgerBroken | None) -> dict[str, object]:
    error = broken and {"code": broken.code, "message": str(broken), "next": broken.next_step}
    return {
        "ledger": "verified" if report.ok else "damaged",
        "entries": report.entries,
        "head": report.chain,
        "root": report.root,
        "signed": report.signed,
        "heads": report.heads,
        "anchored": report.anchored,
        "anchors": report.anchors,
        "retired": report.retired,
        "gaps": [{"entry": at, "since": since, "until": until} for at, (since, until) in report.gaps.items()],
        "only_anchors_tell": report.only_anchors_tell,
        "findings": [
            {"entry": one.entry, "until": one.until or one.entry, "damage": one.damage.value, "detail": one.detail,
             "seen_by": one.seen_by}
            for one in report.findings
        ],
    } | ({"error": error} if error else {})  # fmt: skip
