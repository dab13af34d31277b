"""Heads put outside the database, and what only they can tell."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from placet.errors import AnchorFailed
from placet.ledger.anchors import CallAnchor, FileAnchor, PutAnchor, anchor_head, anchored_sizes
from placet.ledger.examining import check_anchor, examine_ledger
from placet.ledger.git_anchor import GitAnchor
from placet.ledger.heads import heads, sign_head
from placet.ledger.keys import LedgerSigner
from placet.ledger.standalone import Damage
from placet.storage import Store
from placet.storage.ledger_rows import anchor_rows

Write = Callable[..., None]
Sql = Callable[[str], None]


async def put(store: Store, signer: LedgerSigner, write: Write, *anchors: FileAnchor | GitAnchor) -> None:
    """Two rounds of entries, a signed head and an anchor."""
    for count in (5, 4):
        write(count)
        await store.write(lambda tx: sign_head(tx, signer))
        for anchor in anchors:
            await anchor_head(store, anchor)


async def test_a_file_keeps_every_head_and_the_receipt_says_where(
    store: Store, signer: LedgerSigner, write: Write, tmp_path: Path
) -> None:
    anchor = FileAnchor(tmp_path / "heads.txt")
    await put(store, signer, write, anchor)
    known = store.read_now(heads)
    assert anchor.notes() == [head.note for head in known]
    assert [head.anchors for head in known] == [("file:heads.txt",)] * 2
    assert store.read_now(anchored_sizes) == {"file:heads.txt": (9, known[1].at)}
    receipts = [json.loads(row.receipt) for row in store.read_now(anchor_rows)]
    assert receipts[1]["details"] == {"offset": len(known[0].note.encode())}


async def test_a_head_is_put_once(store: Store, signer: LedgerSigner, write: Write, tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "heads.txt")
    assert await anchor_head(store, anchor) is None  # there is no head yet
    await put(store, signer, write, anchor)
    assert await anchor_head(store, anchor) is None
    assert len(anchor.notes()) == 2


@pytest.mark.parametrize("kind", [(), ("--bare",)])
async def test_git_keeps_every_head_as_a_commit_and_leaves_the_folder_alone(
    store: Store, signer: LedgerSigner, write: Write, tmp_path: Path, kind: tuple[str, ...]
) -> None:
    folder = repository(tmp_path / "kept", *kind)
    before = sorted(one.name for one in folder.iterdir() if one.name != ".git")
    anchor = GitAnchor(folder)
    await put(store, signer, write, anchor)
    assert anchor.notes() == [head.note for head in store.read_now(heads)]
    assert sorted(one.name for one in folder.iterdir() if one.name != ".git") == before


async def test_git_pushes_to_a_remote(store: Store, signer: LedgerSigner, write: Write, tmp_path: Path) -> None:
    near, far = repository(tmp_path / "near"), repository(tmp_path / "far", "--bare")
    await put(store, signer, write, GitAnchor(near, remote=str(far)))
    assert len(GitAnchor(far).notes()) == 2


async def test_a_folder_that_is_no_repository_is_refused_and_nothing_recorded(
    store: Store, signer: LedgerSigner, write: Write, tmp_path: Path
) -> None:
    with pytest.raises(AnchorFailed, match="git:"):
        await put(store, signer, write, GitAnchor(tmp_path / "nowhere"))
    assert store.read_now(anchor_rows) == []


def repository(folder: Path, *kind: str) -> Path:
    subprocess.run(["git", "init", "--quiet", *kind, str(folder)], check=True)
    return folder


class Bucket:
    """Answers like an object store that honours `If-None-Match: *`."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "GET":
            return httpx.Response(200, content=self.kept[path]) if path in self.kept else httpx.Response(404)
        if path in self.kept and request.headers["if-none-match"] == "*":
            return httpx.Response(412)
        self.kept[path] = request.content
        return httpx.Response(200, headers={"etag": '"e1"'})


def bucket_anchor(bucket: Callable[[httpx.Request], httpx.Response]) -> PutAnchor:
    return PutAnchor(httpx.Client(transport=httpx.MockTransport(bucket)), "https://store.example/ledger/", name="s3")


def test_a_store_keeps_each_size_under_its_own_name(signer: LedgerSigner) -> None:
    bucket = Bucket()
    anchor, note = bucket_anchor(bucket), signer.sign(7, b"\1" * 32)
    receipt = anchor.publish(note)
    assert (receipt.where, receipt.details) == (
        "https://store.example/ledger/000000000007.note",
        {"status": 200, "etag": '"e1"'},
    )
    assert anchor.fetch(receipt.where) == note
    assert anchor.publish(note).details == {"status": 412}  # the same note again is kept already


def test_a_store_that_holds_another_head_of_that_size_is_not_overwritten(signer: LedgerSigner) -> None:
    bucket = Bucket()
    anchor = bucket_anchor(bucket)
    anchor.publish(signer.sign(7, b"\1" * 32))
    with pytest.raises(AnchorFailed, match="412"):
        anchor.publish(signer.sign(7, b"\2" * 32))
    assert list(bucket.kept.values()) == [signer.sign(7, b"\1" * 32).encode()]


@pytest.mark.parametrize("status", [301, 403, 500])
def test_a_store_that_does_not_say_yes_kept_nothing(signer: LedgerSigner, status: int) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(status, headers={"location": "https://elsewhere.example/"})

    with pytest.raises(AnchorFailed, match=str(status)):
        bucket_anchor(answer).publish(signer.sign(1, b"\1" * 32))
    assert asked == ["store.example"]


def test_a_store_that_cannot_be_reached_is_an_anchor_failure(signer: LedgerSigner) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(AnchorFailed, match="ConnectError"):
        bucket_anchor(answer).publish(signer.sign(1, b"\1" * 32))


def test_a_function_keeps_heads_and_must_say_where(signer: LedgerSigner) -> None:
    note = signer.sign(1, b"\1" * 32)
    posted: list[str] = []

    def post(text: str) -> str:
        posted.append(text)
        return "C1/1700.1" if len(posted) == 1 else ""

    anchor = CallAnchor("slack:#audit", post)
    assert anchor.publish(note).where == "C1/1700.1"
    with pytest.raises(AnchorFailed, match="did not say where"):
        anchor.publish(note)
    assert posted == [note, note]


@pytest.mark.damages_ledger
async def test_an_end_cut_off_with_its_heads_is_found_by_the_anchor_alone(
    store: Store, signer: LedgerSigner, write: Write, sql: Sql, tmp_path: Path
) -> None:
    anchor = FileAnchor(tmp_path / "heads.txt")
    await put(store, signer, write, anchor)
    sql("DELETE FROM ledger WHERE seq > 5")
    sql("DELETE FROM ledger_heads WHERE size > 5")
    keys = [signer.public_key]
    assert store.read_now(lambda tx: examine_ledger(tx, keys)).ok
    report = store.read_now(lambda tx: examine_ledger(tx, keys, anchor.notes()))
    assert [(one.entry, one.until, one.damage) for one in report.findings] == [(6, 9, Damage.TRUNCATED)]
    assert report.only_anchors_tell


@pytest.mark.damages_ledger
async def test_row_60_a_ledger_rewritten_and_re_signed_is_found_by_the_anchor_alone(
    store: Store, signer: LedgerSigner, write: Write, sql: Sql, tmp_path: Path
) -> None:
    anchor = FileAnchor(tmp_path / "heads.txt")
    await put(store, signer, write, anchor)
    sql("DELETE FROM ledger")
    sql("DELETE FROM ledger_heads")
    write(9, "forged")
    store.write_now(lambda tx: sign_head(tx, signer))
    keys = [signer.public_key]
    assert store.read_now(lambda tx: examine_ledger(tx, keys)).ok
    report = store.read_now(lambda tx: check_anchor(tx, keys, anchor.notes()))
    assert [(one.entry, one.until, one.damage) for one in report.findings] == [(1, 5, Damage.REWRITTEN)]
    assert "only an anchored head shows this" in "\n".join(report.lines())
