"""Personal values in the ledger: sealed under a key of their person, so that destroying the key erases them.

The chained bytes hold `{"sealed": commitment, "subject": random name}`. The commitment is SHA-256 over a salt of 32
random bytes and the value, so that a value of few possibilities (a name, a postcode) cannot be found by trying. Salt
and value stand in a side table under AES-256-GCM, bound to the entry's number and the field.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from placet.errors import LedgerBroken
from placet.storage import Transaction
from placet.storage.ledger_rows import insert_sealed, insert_subject, sealed_rows, subject_row
from placet.vocabulary import Json, canonical, sha256

ERASED = "[erased]"
"""What stands where a value was, once its person is erased."""

_SALT = 32
_NONCE = 12


def seal(
    tx: Transaction, seq: int, personal: Mapping[str, Json], *, subject: str, beside: Mapping[str, Json]
) -> dict[str, Json]:
    """Seal values of entry `seq` and return what the entry says instead.

    Raises:
        ValueError: no `subject` is named, or a field is among the open facts too.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    twice = sorted(personal.keys() & beside.keys())
    if not subject or twice:
        raise ValueError(f"`{twice[0]}` is both open and personal" if twice else "personal facts need their subject")
    ref, key = _key(tx, subject)
    shown: dict[str, Json] = {}
    for field, value in personal.items():
        content = canonical({"salt": secrets.token_hex(_SALT), "value": value})
        commitment, nonce = _commitment(content), secrets.token_bytes(_NONCE)
        ciphertext = AESGCM(key).encrypt(nonce, content, _bound(seq, field))
        insert_sealed(tx, seq=seq, field=field, subject=ref, nonce=nonce, ciphertext=ciphertext)
        shown[field] = {"sealed": commitment, "subject": ref}
    return shown


def opened(tx: Transaction, facts: Mapping[int, Mapping[str, Json]]) -> dict[int, dict[str, Json]]:
    """Facts by entry number with their sealed values opened, `[erased]` where the key is gone.

    Raises:
        LedgerBroken: a sealed value is not the one the entry committed to.
    """
    result = {seq: dict(one) for seq, one in facts.items()}
    sealed = [seq for seq, one in facts.items() if has_sealed(one)]
    for row in sealed_rows(tx, low=min(sealed), high=max(sealed)) if sealed else ():
        shown = result.get(row.seq, {}).get(row.field)
        if not isinstance(shown, dict):
            continue
        problem, value = _open(row, shown)
        if problem:
            raise LedgerBroken(seq=row.seq, damage=problem)
        result[row.seq][row.field] = value
    return result


def sealed_problems(tx: Transaction, facts: Mapping[int, Mapping[str, Json]]) -> list[tuple[int, str]]:
    """(entry number, what is wrong) for every sealed value that does not fit its commitment, or is missing."""
    rows = {(row.seq, row.field): row for row in sealed_rows(tx, low=min(facts), high=max(facts))} if facts else {}
    found = []
    for seq, one in facts.items():
        for field, shown in one.items():
            if isinstance(shown, dict) and _is_sealed(shown):
                row = rows.get((seq, field))
                problem = _open(row, shown)[0] if row else f"the sealed value of `{field}` is missing"
                found += [(seq, problem)] if problem else []
    return found


def has_sealed(facts: Mapping[str, Json]) -> bool:
    """Whether a fact stands for a sealed value."""
    return any(_is_sealed(shown) for shown in facts.values())


def _is_sealed(shown: Json) -> bool:
    return isinstance(shown, dict) and shown.keys() == {"sealed", "subject"}


def _open(row: Any, shown: Mapping[str, Json]) -> tuple[str, Json]:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    problem = f"the sealed value of `{row.field}` is not the one it committed to"
    if shown.get("subject") != row.subject:
        return problem, None
    if row.key is None:
        return "", ERASED
    try:
        content = AESGCM(row.key).decrypt(row.nonce, row.ciphertext, _bound(row.seq, row.field))
    except (InvalidTag, ValueError):
        return problem, None
    if not hmac.compare_digest(_commitment(content), str(shown.get("sealed"))):
        return problem, None
    value: Json = json.loads(content)["value"]
    return "", value


def _key(tx: Transaction, subject: str) -> tuple[str, bytes]:
    found = subject_row(tx, subject)
    if found is not None:
        return found.ref, found.key
    ref, key = secrets.token_hex(16), secrets.token_bytes(32)
    insert_subject(tx, ref=ref, name=subject, key=key, created_at=tx.stamp)
    return ref, key


def _commitment(content: bytes) -> str:
    return sha256(b"sealed\0" + content)


def _bound(seq: int, field: str) -> bytes:
    return f"{seq}\0{field}".encode()
