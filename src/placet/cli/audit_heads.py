"""`placet audit key`, `sign`, `anchor` and `heads`: what makes the ledger verifiable for somebody else."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placet.cli.options import AsJson, ProjectFolder, project_folder
from placet.cli.output import Output, say_error
from placet.errors import AnchorFailed, EvidenceExists, HeadMissing, SecretMissing, SettingInvalid

if TYPE_CHECKING:
    from placet.ledger.heads import Head
    from placet.project.ledger_jobs import KeptAnchor, LedgerKeeper
    from placet.project.loader import Project
    from placet.storage import Store, Transaction

keys = typer.Typer(help="The key that signs heads of the ledger.", no_args_is_help=True)

Origin = Annotated[
    str, typer.Option("--origin", metavar="NAME", help="The ledger's name in its heads. Default: the project's.")
]


@keys.command("new")
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the private key goes; never overwritten.")],
    *,
    origin: Origin = "",
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Write a new private key that only you can read, and print its public key."""
    from placet.ledger.keys import LedgerSigner, new_key

    out = Output(as_json=json)
    name = origin or _origin(project)
    secret = new_key()
    try:
        signer = LedgerSigner.from_secret(secret, name)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    _write_private(file, secret.reveal())
    out.document({"private_key": str(file), "public_key": signer.verifier_key(), "origin": name})
    out.line(signer.verifier_key())
    out.hint(f"the private key is in {file}: set PLACET_LEDGER_KEY_FILE to it for `placet serve` alone")
    out.hint("the line on stdout is the public key: give it to whoever verifies, not together with the ledger")


@keys.command("show")
def show(*, origin: Origin = "", project: ProjectFolder = None, json: AsJson = False) -> None:
    """Print the public key of the key in PLACET_LEDGER_KEY or its file."""
    from placet.ledger.keys import LedgerSigner
    from placet.project.secrets import Secrets

    out = Output(as_json=json)
    secret = Secrets().ledger_key()
    if secret is None:
        raise SecretMissing(variable="PLACET_LEDGER_KEY", purpose="showing the public key")
    try:
        signer = LedgerSigner.from_secret(secret, origin or _origin(project))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    out.document({"public_key": signer.verifier_key(), "origin": signer.origin})
    out.line(signer.verifier_key())


def sign(*, project: ProjectFolder = None, json: AsJson = False) -> None:
    """Sign a head of the ledger now; `placet serve` does it by itself where it has the key."""
    from placet.ledger.heads import heads as signed
    from placet.ledger.heads import keep_head
    from placet.project.secrets import Secrets

    out = Output(as_json=json)
    if Secrets().ledger_key() is None:
        raise SecretMissing(variable="PLACET_LEDGER_KEY", purpose="signing the ledger")
    loaded, store, keeper = _opened(project)
    try:
        signer = keeper.signer()
        before = store.read_now(lambda tx: signed(tx, last=1))
        head = store.write_now(lambda tx: keep_head(tx, lambda: signer))
    finally:
        store.close()
    assert head is not None  # the key was read before
    new_one = [head.size] != [one.size for one in before]
    out.document({"signed": new_one, **_document(head), "public_key": signer.verifier_key()})
    out.line(f"signed: {head.size} entries" if new_one else f"nothing came since the head of {head.size} entries")
    out.facts((("root", head.root), ("at", head.at), ("origin", signer.origin)))
    if not loaded.settings.ledger.anchor_file and not loaded.settings.ledger.anchor_git:
        out.hint("no anchor is set: keep the head elsewhere with `placet audit heads --notes --last 1`")


def anchor(*, project: ProjectFolder = None, json: AsJson = False) -> None:
    """Put the newest head at every anchor that the settings name, now."""
    from placet.ledger.heads import heads as signed
    from placet.project.ledger_jobs import ledger_anchors

    out = Output(as_json=json)
    loaded, store, keeper = _opened(project)
    anchors = ledger_anchors(loaded)
    try:
        if not anchors:
            raise SettingInvalid(setting="ledger.anchor_file", reason="it is empty, and so is `ledger.anchor_git`")
        if not store.read_now(lambda tx: signed(tx, last=1)):
            raise HeadMissing
        failed = [error for one in anchors if (error := _published(keeper, one)) is not None]
        rows = store.read_now(lambda tx: _placed(tx, anchors))
    finally:
        store.close()
    if failed:
        for error in failed[:-1]:
            out.hint(f"error: {error}")
        say_error(failed[-1])
        raise typer.Exit(1)
    out.document({"anchors": [dict(zip(("anchor", "entries", "at"), row, strict=True)) for row in rows]})
    out.table(("anchor", "entries", "put there"), rows)


def heads(
    *,
    last: Annotated[int, typer.Option("--last", metavar="N", min=0, help="Only the newest N; 0 is all.")] = 20,
    notes: Annotated[bool, typer.Option("--notes", help="The signed notes themselves, to keep elsewhere.")] = False,
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """List signed heads and where each was put."""
    from placet.ledger.heads import heads as signed

    out = Output(as_json=json)
    _loaded, store, _keeper = _opened(project)
    try:
        found = store.read_now(lambda tx: signed(tx, last=last))
    finally:
        store.close()
    out.document({"heads": [_document(one) for one in found]})
    if notes and not json:
        sys.stdout.write("".join(one.note for one in found))
    elif found:
        rows = [(one.size, one.at, one.root[:16], ", ".join(one.anchors)) for one in found]
        out.table(("entries", "signed", "root", "anchors"), rows)
    else:
        out.line("no head is signed")


def _opened(folder: Path | None) -> "tuple[Project, Store, LedgerKeeper]":
    from placet.project.ledger_jobs import ledger_keeper
    from placet.project.loader import load_project
    from placet.project.wiring import open_store

    loaded = load_project(project_folder(folder))
    store = open_store(loaded)
    return loaded, store, ledger_keeper(loaded, store)


def _origin(folder: Path | None) -> str:
    from placet.project.ledger_jobs import ledger_origin
    from placet.project.loader import load_project

    return ledger_origin(load_project(project_folder(folder)))


def _write_private(file: Path, text: str) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise EvidenceExists(path=str(file)) from None
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def _published(keeper: "LedgerKeeper", anchor: "KeptAnchor") -> "AnchorFailed | None":
    try:
        asyncio.run(keeper.publish(anchor))
    except AnchorFailed as error:
        return error
    return None


def _placed(tx: "Transaction", anchors: "tuple[KeptAnchor, ...]") -> list[tuple[str, int, str]]:
    from placet.ledger.anchors import anchored_sizes

    sizes = anchored_sizes(tx)
    return [(one.name, *sizes[one.name]) for one in anchors if one.name in sizes]


def _document(head: "Head") -> dict[str, object]:
    return {
        "entries": head.size, "root": head.root, "head": head.chain, "at": head.at, "note": head.note,
        "anchors": list(head.anchors),
    }  # fmt: skip
