"""How the ledger's heads and anchors stand, as rows of `placet doctor`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from placet.cli.rows import Row, fail, of_error, ok, warn
from placet.errors import LedgerKeyUnavailable, SettingInvalid
from placet.ledger.anchors import anchored_sizes
from placet.ledger.heads import Head, heads
from placet.ledger.keys import LedgerSigner
from placet.project.ledger_jobs import ledger_anchors, ledger_origin
from placet.project.loader import Project
from placet.project.secrets import Secrets
from placet.storage import Store, Transaction
from placet.storage.ledger_rows import entry_rows, last_of_kinds
from placet.storage.store import moment

LATE_ROUNDS = 5
"""People are told that heads lag after so many missed rounds: one or two may be a restart."""

_SIGNING, _HEAD, _ANCHOR = "ledger signing", "ledger head", "ledger anchor"


def look_at_heads(project: Project, store: Store) -> Iterator[Row]:
    """Whether heads are signed, how old the newest is, and what each anchor has of it."""
    newest = store.read_now(lambda tx: next(iter(heads(tx, last=1)), None))
    signing = signing_told(project)
    if signing.state == "warn" and newest is not None:
        told = "off, and it was on: heads are not signed any more"
        signing = fail(_SIGNING, told, "give PLACET_LEDGER_KEY or PLACET_LEDGER_KEY_FILE back to `placet serve`")
    yield signing
    if newest is not None or signing.state != "warn":
        yield _head(project, store, newest)
    yield from _anchors(project, store, newest)


def signing_told(project: Project) -> Row:
    """Whether this process's environment holds a key that signs."""
    try:
        key = Secrets().ledger_key()
        if key is None:
            remedy = "make a key with `placet audit key new FILE` and set PLACET_LEDGER_KEY_FILE"
            return warn(_SIGNING, "off: nobody signs heads, so a rewritten ledger is not noticed", remedy)
        signer = LedgerSigner.from_secret(key, ledger_origin(project))
    except (LedgerKeyUnavailable, SettingInvalid) as error:
        return of_error(_SIGNING, error)
    return ok(_SIGNING, f"on, as `{signer.origin}`, every {project.settings.ledger.sign_every_seconds} s")


def _head(project: Project, store: Store, newest: Head | None) -> Row:
    length, gap = store.read_now(_length_and_gap)
    if gap:
        return warn(
            _HEAD, f"none could be signed since {gap}", "mend the key; `placet serve` or `placet audit sign` ends it"
        )
    if newest is None:
        return warn(_HEAD, "none is signed yet", "`placet serve` signs one, and so does `placet audit sign`")
    age = store.clock() - moment(newest.at)
    told = f"covers {newest.size} of {length} entries, signed {aged(age)} ago"
    late = age > timedelta(seconds=LATE_ROUNDS * project.settings.ledger.sign_every_seconds)
    if length > newest.size and late:
        return warn(_HEAD, told, "`placet serve` signs what came since, and so does `placet audit sign`")
    return ok(_HEAD, told)


def _length_and_gap(tx: Transaction) -> tuple[int, str]:
    """How many entries there are, and since when no head could be signed, or nothing."""
    rows = entry_rows(tx, last=1)
    gap = last_of_kinds(tx, ("ledger.gap", "ledger.gap_ended"))
    return (rows[0].seq if rows else 0), (gap.at if gap is not None and gap.kind == "ledger.gap" else "")


def _anchors(project: Project, store: Store, newest: Head | None) -> Iterator[Row]:
    configured = ledger_anchors(project)
    if not configured and newest is not None:
        remedy = "set `ledger.anchor_file` or `ledger.anchor_git` to a place outside"
        yield warn(_ANCHOR, "none: a cut-off end and a rewrite by a holder of the key are not noticed", remedy)
    placed = store.read_now(anchored_sizes) if configured else {}
    for anchor in configured:
        size, at = placed.get(anchor.name, (-1, ""))
        told = (
            f"{anchor.name} has {size} entries, put {_ago(store.clock(), at)} ago" if at else f"{anchor.name} has none"
        )
        if newest is None or size < newest.size:
            yield warn(_ANCHOR, told, "`placet audit anchor` puts the newest head there, or says why it cannot")
        else:
            yield ok(_ANCHOR, told)


def _ago(now: datetime, at: str) -> str:
    return aged(now - moment(at))


def aged(age: timedelta) -> str:
    """A length of time in one unit a person thinks in: `40 s`, `3 min`, `5 h`, `12 days`."""
    seconds = max(0, int(age.total_seconds()))
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
