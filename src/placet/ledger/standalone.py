"""Verify an exported placet ledger with this one file, Python 3.11 or later, and the `cryptography` package.

    python standalone.py --ledger ledger.jsonl --heads heads.txt --public-key ledger.pub [--anchors FILE …]

Prints `OK` with size and head, or the exact entry and the class of damage. Exit status: 0 it verifies, 1 it is
damaged, 2 a file cannot be used. It imports nothing of placet; placet imports it, so both verify with the same code.
Entries are chained by SHA-256; heads are C2SP checkpoints over an RFC 6962 tree of the same bytes, signed Ed25519.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

DOMAIN = b"placet/v1\0"
GENESIS = "0" * 64
FLOOR_DAYS = 184
"""No content may be dropped before this many days: six months, the least that Reg. (EU) 2024/1689 art. 26(6) asks."""
PERMANENT = ("ledger.", "subject.")
"""Kinds whose content is never dropped: the ledger's account of itself and of erasures."""
_NOTE = re.compile(  # c2sp.org/tlog-checkpoint: origin, size, root, extension lines; an empty line; signature lines
    r"(([^\s\x00-\x1f]+)\n(0|[1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n(?:[^\x00-\x1f]+\n)*)"
    r"\n((?:\u2014 [^\s+\x00-\x1f]+ [A-Za-z0-9+/]+={0,2}\n){1,64})"
)
_PAGE = 4_096
_SHA256 = re.compile("[0-9a-f]{64}")
_json = json.JSONEncoder(ensure_ascii=False).encode
_quote = lru_cache(8_192)(_json)  # escapes text exactly as RFC 8785 §3.2.2.2 does


class Damage(StrEnum):
    """The classes of damage."""

    EDITED = "edited"
    INSERTED = "inserted"
    DELETED = "deleted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    COLUMNS = "columns differ"
    SIGNATURE = "signature wrong"
    FOREIGN_HEAD = "head not of this ledger"
    CONTENT_GONE = "content gone"
    SEALED = "sealed value wrong"


class Row(NamedTuple):
    """One stored entry. `entry` is empty and `leaf`, `by` are set where retention dropped the content."""

    seq: int
    at: str
    kind: str
    run: str
    proposal: str
    entry: bytes
    previous: str
    hash: str
    leaf: str | None = None
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Damage at `entry`, or somewhere in `entry` to `until`. `seen_by` is `chain`, `head` or `anchor`."""

    entry: int
    damage: Damage
    detail: str
    until: int = 0
    seen_by: str = "chain"

    def __str__(self) -> str:
        where = f"entries {self.entry} to {self.until}" if self.until > self.entry else f"entry {self.entry}"
        return f"{where}: {self.damage.value}: {self.detail} (seen by {self.seen_by})"


@dataclass(kw_only=True)
class Report:
    """What an examination found. `signed` and `anchored` are the sizes that good heads and anchors reach.

    `gaps` are times without a signed head, by the entry that opened them: (since, until), `until` empty if it lasts.
    """

    entries: int = 0
    chain: str = GENESIS
    root: str = ""
    signed: int = 0
    anchored: int = 0
    retired: int = 0
    heads: int = 0
    anchors: int = 0
    gaps: dict[int, tuple[str, str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is damaged."""
        return not self.findings

    @property
    def only_anchors_tell(self) -> bool:
        """Whether the ledger and its own heads agree, and only a head kept elsewhere contradicts them."""
        return bool(self.findings) and all(one.seen_by == "anchor" for one in self.findings)

    def lines(self) -> list[str]:
        """The report for a person: the verdict first, then what it rests on."""
        if self.ok:
            said = [f"OK {self.entries} entries, head {self.chain}, root {self.root}"]
        else:
            said = [f"DAMAGED {one}" for one in self.findings]
        if self.only_anchors_tell:
            said.append("only an anchored head shows this: the ledger and its own heads agree with each other")
        said.append(f"signed heads reach entry {self.signed} ({self.heads}), anchors {self.anchored} ({self.anchors})")
        if self.retired:
            said.append(f"{self.retired} entries keep only their hashes; retention dropped their content")
        said += [f"no head could be signed from {since} to {until or 'now'}" for since, until in self.gaps.values()]
        if not self.anchors:
            said.append("no anchor was given: a rewrite by a holder of the key, or a cut-off end, would not be seen")
        return said


def chain_hash(entry: bytes) -> str:
    """The hash the next entry names, in lower-case hexadecimal."""
    return hashlib.sha256(DOMAIN + entry).hexdigest()


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962 §2.1: a leaf is hashed behind a zero byte."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 §2.1: an inner node is hashed behind a one byte."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """An RFC 6962 tree that keeps its frontier alone: the roots of its complete subtrees, lowest first."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes | None] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes: level by level, so that hashing runs in batches."""
        nodes = list(leaves)
        self.size += len(nodes)
        level = 0
        while nodes:
            if level == len(self.peaks):
                self.peaks.append(None)
            peak = self.peaks[level]
            if peak is not None:
                nodes.insert(0, peak)
            self.peaks[level] = nodes.pop() if len(nodes) % 2 else None
            pairs = zip(nodes[::2], nodes[1::2], strict=True)
            nodes = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
            level += 1

    def root(self) -> bytes:
        """The Merkle tree hash; that of no leaves is SHA-256 of nothing."""
        root: bytes | None = None
        for peak in self.peaks:
            if peak is not None:
                root = peak if root is None else node_hash(peak, root)
        return hashlib.sha256(b"").digest() if root is None else root


class Checkpoint(NamedTuple):
    """A checkpoint: the signed text, what it says, and its signatures as (name, key id, signature)."""

    origin: str
    size: int
    root: bytes
    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]


class PublicKey(NamedTuple):
    """An Ed25519 public key and the name of the ledger it signs for."""

    raw: bytes
    name: str

    @property
    def key_id(self) -> bytes:
        """c2sp.org/signed-note: SHA-256 of name, newline, type byte and key; the first four bytes."""
        return hashlib.sha256(self.name.encode() + b"\n\x01" + self.raw).digest()[:4]


def read_checkpoint(note: str) -> Checkpoint:
    """Read one note.

    Raises:
        ValueError: it is no C2SP checkpoint.
    """
    found = _NOTE.fullmatch(note)
    if not found:
        raise ValueError("it is no signed checkpoint")
    text, origin, size, root, signed = found.groups()
    lines = [line.split(" ") for line in signed.splitlines()]
    signatures = tuple((name, _base64(blob)[:4], _base64(blob)[4:]) for _, name, blob in lines)
    return Checkpoint(origin, int(size), _base64(root), text, signatures)


def _base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if not raw or base64.b64encode(raw).decode() != text:
        raise ValueError("it holds text that is no base64")
    return raw


def split_notes(text: str) -> list[str]:
    """The notes of a file that holds one after another, as heads and anchors are kept."""
    parts = re.split(r"((?:^\u2014 .*\n?)+)", text, flags=re.MULTILINE)
    notes = [body.lstrip("\n") + signed for body, signed in zip(parts[::2], [*parts[1::2], ""], strict=True)]
    return [note for note in notes if note]


def read_public_keys(text: str) -> list[PublicKey]:
    """Public keys from lines `name+id+key`, the form c2sp.org/signed-note gives a verifier's key.

    Raises:
        ValueError: there is none, or one is malformed.
    """
    keys = []
    for line in text.split():
        name, _, rest = line.partition("+")
        said, _, blob = rest.partition("+")
        raw = _base64(blob)
        keys.append(PublicKey(raw[1:], name))
        if keys[-1].key_id.hex() != said or raw[0] != 1:  # 1 stands for Ed25519
            raise ValueError("it is no Ed25519 verifier key `name+id+key`")
    if not keys:
        raise ValueError("it holds no public key")
    return keys


def signature_problem(note: Checkpoint, keys: Sequence[PublicKey]) -> tuple[Damage, str] | None:
    """What is wrong with a note's signatures, or `None` if a known key signed it under the ledger's origin."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if note.origin not in {key.name for key in keys}:
        return Damage.FOREIGN_HEAD, f"it is signed for `{note.origin}`"
    good = False
    for name, key_id, signature in note.signatures:
        for key in keys:
            if (name, key_id) != (key.name, key.key_id):
                continue  # the specification: signatures of unknown keys are ignored
            try:
                Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, note.text.encode())
            except InvalidSignature:
                return Damage.SIGNATURE, "its signature does not fit its text"
            good = True
    return None if good else (Damage.SIGNATURE, "no known key signed it")


def commitment(row: Row) -> str:
    """What a `ledger.retired` entry says about each entry whose content is dropped: all that is kept of it."""
    kept = [row.seq, row.at, row.kind, row.run, row.proposal, row.previous, row.hash, row.leaf]
    return hashlib.sha256(DOMAIN + b"retired\0" + json.dumps(kept).encode()).hexdigest()


def covers(kinds: str, kind: str) -> bool:
    """Whether a pattern means a kind: the kind itself, `group.*`, or `*`."""
    return kinds in ("*", kind) or (kinds.endswith(".*") and kind.startswith(kinds[:-1]))


def hold_covers(hold: Mapping[str, Any], row: Any) -> bool:
    """Whether a legal hold means an entry; an empty `run` or `proposal` means every one."""
    meant = hold.get("run") in ("", row.run) and hold.get("proposal") in ("", row.proposal)
    return meant and covers(str(hold.get("kinds")), row.kind)


class _Account:
    """Follows the ledger's entries about itself: retirements, legal holds, gaps."""

    def __init__(self) -> None:
        self.waiting: dict[int, Row] = {}
        self.holds: dict[str, dict[str, Any]] = {}
        self.gaps: dict[int, tuple[str, str]] = {}
        self.retired = 0
        self.findings: list[Finding] = []

    def follow(self, row: Row) -> None:
        """Take in one entry of a `ledger.` kind."""
        facts = _inside(row.entry).get("facts") or {}
        match row.kind:
            case "ledger.hold":
                self.holds[str(facts.get("hold"))] = facts
            case "ledger.hold_released":
                self.holds.pop(str(facts.get("hold")), None)
            case "ledger.gap":
                self.gaps[row.seq] = str(facts.get("since")), ""
            case "ledger.gap_ended":
                self.gaps |= {at: (since, row.at) for at, (since, end) in self.gaps.items() if not end}
            case "ledger.retired":
                self._settle(row, facts.get("entries"))

    def _settle(self, by: Row, named: Any) -> None:
        named = named if isinstance(named, dict) else {}
        for row in [row for row in self.waiting.values() if str(row.seq) in named]:
            self.retired += 1
            problem = self._problem(self.waiting.pop(row.seq), by, named[str(row.seq)])
            if problem:
                self.findings.append(Finding(row.seq, Damage.CONTENT_GONE, problem))

    def _problem(self, row: Row, by: Row, said: str) -> str:
        if row.by != by.seq or commitment(row) != said:
            return f"what is kept of it is not what entry {by.seq} allowed"
        if row.kind.startswith(PERMANENT):
            return f"`{row.kind}` is kept for ever"
        if _days(row.at, by.at) < FLOOR_DAYS:
            return f"it was dropped before {FLOOR_DAYS} days"
        held = next((name for name, hold in self.holds.items() if hold_covers(hold, row)), None)
        return f"legal hold `{held}` covers it" if held else ""

    def close(self) -> list[Finding]:
        """Everything wrong, with the entries whose content is gone and that no retirement names."""
        detail = "its content is missing and no retirement accounts for it"
        self.findings += [Finding(seq, Damage.CONTENT_GONE, detail) for seq in self.waiting]
        return sorted(self.findings, key=lambda one: one.entry)


def _days(early: str, late: str) -> int:
    """Whole days between two stamps; none if one is no time."""
    try:
        return (datetime.fromisoformat(late) - datetime.fromisoformat(early)).days
    except (ValueError, TypeError):
        return 0


def _inside(entry: bytes | str) -> dict[str, Any]:
    try:
        found = json.loads(entry)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def fits(row: Row, expected: int, previous: str) -> bool:
    """Whether an entry with content is number `expected`, follows `previous`, and its columns say what it says.

    Canonical JSON has sorted keys, so the columns frame the facts: comparing both ends needs no parsing.
    """
    seq, at, kind, run, proposal, entry, stored, digest, _, _ = row
    start = f'{{"at":{_json(at)},"facts":{{'
    end = f'}},"kind":{_quote(kind)},"previous":"{previous}","proposal":{_quote(proposal)},"run":{_quote(run)},"seq":'
    return (
        hashlib.sha256(DOMAIN + entry).hexdigest() == digest
        and (seq, stored) == (expected, previous)
        and entry.endswith(f"{end}{expected}}}".encode("utf-8", "surrogatepass"))
        and entry.startswith(start.encode("utf-8", "surrogatepass"))
    )


class Walk:
    """Walks rows in order, builds the tree, and stops at the first entry that does not fit.

    `sizes` are those whose roots are wanted. To walk on from a trusted head, give its tree and last hash.
    """

    def __init__(self, sizes: Iterable[int] = (), tree: Tree | None = None, chain: str = GENESIS) -> None:
        self.tree = tree or Tree()
        self.chain = chain
        self.roots: dict[int, bytes] = {}
        self.account = _Account()
        self.links: list[_Link] = []
        self._sizes = sorted(set(sizes), reverse=True)
        self.last: Row | None = None
        self.stopped: Row | None = None

    def run(self, rows: Iterable[Row]) -> bool:
        """Whether every row fits. If not, `links` are the first that does not and all after it."""
        source = iter(rows)
        self._reach([])
        while page := list(islice(source, _PAGE)):
            leaves: list[bytes] = []
            expected = self.tree.size + 1
            for at, row in enumerate(page):
                try:
                    leaf = self._leaf(row, expected + at)
                except TypeError:  # SQLite keeps text where the schema says bytes
                    leaf = None
                if leaf is None:
                    self._reach(leaves)
                    self.stopped = row
                    self.links = [_link(one) for one in (*page[at:], *source)]
                    return False
                leaves.append(leaf)
                self.chain = row[7]
                self.last = row
            self._reach(leaves)
        return True

    def _leaf(self, row: Row, expected: int) -> bytes | None:
        if row[5]:
            if not fits(row, expected, self.chain):
                return None
            if row[2].startswith("ledger."):
                self.account.follow(Row(*row))
            return leaf_hash(row[5])
        if (row[0], row[6]) != (expected, self.chain) or not _SHA256.fullmatch(row[8] or ""):
            return None
        self.account.waiting[expected] = Row(*row)
        return bytes.fromhex(row[8] or "")

    def _reach(self, leaves: list[bytes]) -> None:
        while self._sizes and self._sizes[-1] <= self.tree.size + len(leaves):
            size = self._sizes.pop()
            here = size - self.tree.size
            self.tree.extend(leaves[:here])
            leaves = leaves[here:]
            self.roots[size] = self.tree.root()
        self.tree.extend(leaves)


class _Link(NamedTuple):
    """What an entry claims: its number, the hash of its bytes, the hash stored beside them, its predecessor."""

    number: int
    own: str
    said: str
    previous: str
    leaf: bytes


def _link(row: Row) -> _Link:
    seq, entry, stored, digest = row[0], row[5] if type(row[5]) is bytes else b"?", row[6], row[7]
    if not entry:
        return _Link(seq, digest, digest, stored, b"")
    own, inside = chain_hash(entry), _inside(entry)
    number = claimed if own == digest and isinstance(claimed := inside.get("seq"), int) else seq
    return _Link(number, own, digest, str(inside.get("previous", "")), leaf_hash(entry))


def diagnose(walk: Walk, proved: Sequence[tuple[int, bytes]]) -> Finding:
    """Name the entry and the class of damage at which `walk` stopped; `proved` are (size, root) of signed heads.

    An entry is vouched for by the one after it, which names its hash; the last by a head of its size. Of two that
    contradict each other, the one nobody vouches for is the damaged one.
    """
    expected, last = walk.tree.size + 1, None if walk.last is None else _link(walk.last)
    now, *rest = walk.links
    then = rest[0] if rest else None
    if last and now.number == last.number:
        proof = then.previous != now.own if then else (walk.tree.size, walk.tree.root()) in proved
        return Finding(
            expected - (not proof and now.own != last.own), Damage.INSERTED, f"number {now.number} is there twice"
        )
    if then and then.number == now.number == expected:
        genuine = len(rest) > 1 and rest[1].previous == now.own
        return Finding(expected + genuine, Damage.INSERTED, f"number {expected} is there twice")
    in_place = now.previous == walk.chain and all(link.number != expected for link in rest)
    if now.number != expected and not in_place:
        return _misplaced(expected, walk.links)
    return _changed(walk, now, then, proved)


def _misplaced(expected: int, links: Sequence[_Link]) -> Finding:
    now = links[0]
    counted = Counter(link.number for link in links)
    if expected not in counted:
        if now.number < expected:
            return Finding(expected, Damage.INSERTED, f"it claims the number {now.number}")
        return Finding(expected, Damage.DELETED, f"it is missing; the next is {now.number}", now.number - 1)
    before = next((link for link in links if link.number == now.number - 1), None)
    whole = counted.keys() == set(range(expected, expected + len(links)))
    if counted[now.number] > 1 or now.number < expected or not whole or (before and now.previous != before.own):
        return Finding(expected, Damage.INSERTED, f"what stands here claims the number {now.number}")
    return Finding(expected, Damage.REORDERED, f"entry {now.number} stands in its place")


def _changed(walk: Walk, now: _Link, then: _Link | None, proved: Sequence[tuple[int, bytes]]) -> Finding:
    expected = walk.tree.size + 1
    if now.own != now.said:
        with_it = Tree(walk.tree.size, walk.tree.peaks)
        with_it.extend([now.leaf])
        vouched = then.previous == now.own if then else (expected, with_it.root()) in proved
        if vouched:
            return Finding(expected, Damage.COLUMNS, "its stored hash is not that of its content")
        return Finding(expected, Damage.EDITED, "its content was changed")
    if now.previous != walk.chain:
        vouched = then.previous == now.own if then else (expected - 1, walk.tree.root()) not in proved
        if vouched and expected > 1:
            return Finding(expected - 1, Damage.EDITED, "its content and its hash were changed")
        return Finding(expected, Damage.EDITED, "it names another predecessor")
    if now.number != expected:
        return Finding(expected, Damage.EDITED, f"it claims the number {now.number}")
    return Finding(expected, Damage.COLUMNS, "its columns differ from its hashed content")


def examine(
    rows: Iterable[Row], heads: Sequence[str] = (), keys: Sequence[PublicKey] = (), anchors: Sequence[str] = ()
) -> Report:
    """Examine a ledger against its own signed heads and against those that were kept elsewhere.

    `rows` are `Row`s, or what has the same ten fields, from an export or the database; `heads` and `anchors` are
    signed notes. The first damage in the chain is named, then everything wrong with heads and anchors.
    """
    report = Report(heads=len(heads), anchors=len(anchors))
    own, outside = _signed(heads, keys, "head", report), _signed(anchors, keys, "anchor", report)
    walk = Walk(note.size for note in own + outside)
    if not walk.run(rows):
        report.findings.insert(0, diagnose(walk, [(note.size, note.root) for note in own + outside]))
    report.findings += walk.account.close()
    report.entries, report.chain, report.root = walk.tree.size, walk.chain, base64.b64encode(walk.tree.root()).decode()
    report.retired, report.gaps = walk.account.retired, walk.account.gaps
    report.signed = _compare(walk, own, "head", report)
    report.anchored = _compare(walk, outside, "anchor", report)
    return report


def _signed(notes: Sequence[str], keys: Sequence[PublicKey], where: str, report: Report) -> list[Checkpoint]:
    """The notes that a known key signed, by size; what is wrong with the others goes into the report."""
    good = []
    for at, note in enumerate(notes, 1):
        try:
            checkpoint = read_checkpoint(note)
        except ValueError as error:
            report.findings.append(Finding(0, Damage.SIGNATURE, f"{where} {at}: {error}", seen_by=where))
            continue
        problem = signature_problem(checkpoint, keys)
        if problem:
            report.findings.append(Finding(checkpoint.size, *problem, seen_by=where))
        else:
            good.append(checkpoint)
    return sorted(good)


def _compare(walk: Walk, notes: Sequence[Checkpoint], where: str, report: Report) -> int:
    """Hold signed sizes and roots against the tree; the largest size that agrees."""
    agreed = 0
    for note in notes:
        root = walk.roots.get(note.size)
        if root == note.root:
            agreed = note.size
        elif root is not None:
            report.findings.append(Finding(agreed + 1, Damage.REWRITTEN, "other entries were signed", note.size, where))
            return agreed
    if not walk.links and notes and notes[-1].size > walk.tree.size:
        detail = f"{notes[-1].size} entries were signed, {walk.tree.size} are left"
        report.findings.append(Finding(walk.tree.size + 1, Damage.TRUNCATED, detail, notes[-1].size, where))
    return agreed


def read_export(lines: Iterable[str]) -> Iterator[Row]:
    """Rows of an exported JSONL ledger. A line that is none becomes a row that does not verify."""
    for number, line in enumerate((one for one in lines if one.strip()), 1):
        found = _inside(line)
        texts = (found.get(name) for name in ("at", "kind", "run", "proposal", "entry", "previous", "hash"))
        at, kind, run, proposal, entry, previous, digest = (one if isinstance(one, str) else "?" for one in texts)
        seq, leaf, by = (found.get(name) for name in ("seq", "leaf", "retired_by"))
        entry = re.sub("[\ud800-\udc7f\udd00-\udfff]", "?", entry)  # UTF-8 has no bytes for these
        content = entry.encode("utf-8", "surrogateescape")
        seq, by = (seq if type(seq) is int else -number), (by if isinstance(by, int) else None)
        yield Row(seq if found else number, at, kind, run, proposal, content, previous, digest, str(leaf or ""), by)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns its exit status: 0 it verifies, 1 damaged, 2 unusable."""
    parser = argparse.ArgumentParser(description="Verify an exported placet ledger offline.")
    parser.add_argument("--ledger", required=True, help="exported entries, JSONL")
    parser.add_argument("--heads", help="signed heads, one note after another")
    parser.add_argument("--public-key", help="verifier keys `name+id+key`, one a line")
    parser.add_argument("--anchors", action="append", default=[], help="heads kept elsewhere; may be given again")
    given = parser.parse_args(arguments)
    if (given.heads or given.anchors) and not given.public_key:
        parser.error("heads and anchors need --public-key")
    try:
        keys = read_public_keys(Path(given.public_key).read_text("utf-8")) if given.public_key else []
        heads = split_notes(Path(given.heads).read_text("utf-8")) if given.heads else []
        anchors = [note for path in given.anchors for note in split_notes(Path(path).read_text("utf-8"))]
        with Path(given.ledger).open(encoding="utf-8", newline="\n") as lines:
            report = examine(read_export(lines), heads, keys, anchors)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"unusable: {error}\n")
        return 2
    sys.stdout.write("\n".join(report.lines()) + "\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
