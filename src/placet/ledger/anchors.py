"""Anchors: where signed heads are put so that the owner of the database cannot take them back.

A head that somebody else keeps is what shows a cut-off end, and a rewrite by someone who holds the signing key.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from placet.errors import AnchorFailed
from placet.ledger.heads import Head, heads
from placet.ledger.standalone import read_checkpoint, split_notes
from placet.storage import Store, Transaction
from placet.storage.ledger_rows import anchor_rows, insert_anchor
from placet.vocabulary import Json, canonical

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an anchor answered: `where` finds the note again, `details` are its own words."""

    where: str
    details: Mapping[str, Json] = field(default_factory=dict)


class Anchor(Protocol):
    """Keeps heads outside the database. `name` stands in the record of what was put where."""

    @property
    def name(self) -> str:
        """What people call this anchor."""
        ...

    def publish(self, note: str) -> Receipt:
        """Keep a note. It blocks; `anchor_head` calls it in a thread.

        Raises:
            AnchorFailed: the note is not safely kept.
        """
        ...


async def anchor_head(store: Store, anchor: Anchor) -> Receipt | None:
    """Put the newest head at `anchor` and record the receipt; `None` if there is no head, or it is there already.

    The note leaves before anything is recorded and outside any transaction: a crash between puts it twice, which
    an anchor must bear, and never records what was not kept.

    Raises:
        AnchorFailed: the anchor did not keep it. Nothing is recorded.
        StorageError: the database refused.
    """
    newest = await store.read(lambda tx: next(iter(heads(tx, last=1)), None))
    if newest is None or anchor.name in newest.anchors:
        return None
    receipt = await asyncio.to_thread(anchor.publish, newest.note)
    await store.write(lambda tx: _record(tx, newest, anchor.name, receipt))
    return receipt


def _record(tx: Transaction, head: Head, name: str, receipt: Receipt) -> None:
    text = canonical({"where": receipt.where, "details": dict(receipt.details)}).decode()
    insert_anchor(tx, size=head.size, anchor=name, receipt=text, at=tx.stamp)


def anchored_sizes(tx: Transaction) -> dict[str, tuple[int, str]]:
    """For every anchor, the largest size it was given and when: how old its newest head is."""
    found: dict[str, tuple[int, str]] = {}
    for row in anchor_rows(tx):
        found[row.anchor] = max(found.get(row.anchor, (-1, "")), (row.size, row.at))
    return found


class FileAnchor:
    """Appends notes to a file, on another disk or a write-once share, and waits until they are on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = f"file:{path.name}"

    def publish(self, note: str) -> Receipt:
        """Append the note and flush it to the disk.

        Raises:
            AnchorFailed: the file cannot be written.
        """
        new = not self.path.exists()
        try:
            with self.path.open("ab") as file:
                offset = file.tell()
                file.write(note.encode())
                file.flush()
                os.fsync(file.fileno())
            if new:
                _sync_folder(self.path.parent)
        except OSError as error:
            raise AnchorFailed(anchor=self.name, reason=str(error.strerror or error)) from error
        return Receipt(where=str(self.path), details={"offset": offset})

    def notes(self) -> list[str]:
        """Every note in the file.

        Raises:
            AnchorFailed: it cannot be read.
        """
        try:
            return split_notes(self.path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise AnchorFailed(anchor=self.name, reason=str(error)) from error


def _sync_folder(folder: Path) -> None:
    """A new file is only durable once its folder is (man 2 fsync)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class PutAnchor:
    """Puts each note under its own name below a URL: S3 with object lock, or anything that takes an HTTP PUT.

    `client` carries credentials, timeouts and trust. `If-None-Match: *` asks the store to refuse overwriting.
    """

    def __init__(self, client: "httpx.Client", url: str, *, name: str = "put") -> None:
        self.name = name
        self._client = client
        self._url = url.rstrip("/")

    def publish(self, note: str) -> Receipt:
        """Put the note as `<size>.note`; one that is there already with the same bytes counts as kept.

        Raises:
            AnchorFailed: the store did not answer with success, or holds other bytes under that name.
        """
        place = f"{self._url}/{read_checkpoint(note).size:012d}.note"
        headers = {"If-None-Match": "*", "Content-Type": "text/plain; charset=utf-8"}
        status, answered = self._send("PUT", place, note.encode(), headers)
        if status == 412 and self.fetch(place) == note:  # noqa: PLR2004 - Precondition Failed: it is there
            return Receipt(where=place, details={"status": status})
        if not 200 <= status < 300:  # noqa: PLR2004 - the range of success
            raise AnchorFailed(anchor=self.name, reason=f"it answered {status}")
        told: dict[str, Json] = {
            word: answered[word] for word in ("etag", "x-amz-version-id", "last-modified") if word in answered
        }
        return Receipt(where=place, details={"status": status} | told)

    def fetch(self, where: str) -> str:
        """A note by the `where` of its receipt.

        Raises:
            AnchorFailed: it cannot be read.
        """
        import httpx

        try:
            answer = self._client.get(where, follow_redirects=False)
        except httpx.HTTPError as error:
            raise AnchorFailed(anchor=self.name, reason=type(error).__name__) from error
        if answer.status_code != 200:  # noqa: PLR2004 - anything else is no note
            raise AnchorFailed(anchor=self.name, reason=f"it answered {answer.status_code}")
        return answer.text

    def _send(self, method: str, place: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
        import httpx

        try:
            # a redirect would take the note, and the client's credentials, to a place nobody configured
            answer = self._client.request(method, place, content=body, headers=dict(headers), follow_redirects=False)
        except httpx.HTTPError as error:
            raise AnchorFailed(anchor=self.name, reason=type(error).__name__) from error
        return answer.status_code, answer.headers


class CallAnchor:
    """Gives each note to a function, for example one that posts it in a Slack channel; it returns where it is."""

    def __init__(self, name: str, keep: Callable[[str], str]) -> None:
        self.name = name
        self._keep = keep

    def publish(self, note: str) -> Receipt:
        """Call the function.

        Raises:
            AnchorFailed: it raised, or returned no place.
        """
        try:
            where = self._keep(note)
        except Exception as error:
            raise AnchorFailed(anchor=self.name, reason=type(error).__name__) from error
        if not where:
            raise AnchorFailed(anchor=self.name, reason="it did not say where the note is")
        return Receipt(where=where)
