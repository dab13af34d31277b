"""Erasing a person: their key is destroyed, the entries stay, and the chain verifies as before."""

from placet.errors import SubjectUnknown
from placet.ledger.chain import append
from placet.storage import Transaction
from placet.storage.ledger_rows import destroy_subject, subject_row


def erase(tx: Transaction, subject: str, *, by: str, reason: str) -> int:
    """Destroy the key of `subject` and write `subject.erased`; returns that entry's number.

    The entry names the person by the random name the sealed values carry, never by the one given here. Copies of
    the database from before still hold the key: their retention is part of the erasure. On SQLite the write-ahead
    log is emptied after the commit, as far as no reader holds it.

    Raises:
        SubjectUnknown: nothing is sealed for that person, or it was erased before.
    """
    found = subject_row(tx, subject)
    if found is None:
        raise SubjectUnknown(subject=subject)
    destroy_subject(tx, found.ref)
    return append(tx, "subject.erased", {"subject": found.ref, "by": by, "reason": reason})
