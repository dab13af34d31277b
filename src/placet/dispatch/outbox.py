"""The outbox: what people should see, written in the transaction that changed it.

A row names its subject, not its text: whoever sends it draws the present state from the database, so a message is
always as new as its delivery. `wanted` counts up with every change; sending works until `shown` has caught up.
"""

from collections.abc import Mapping
from typing import Literal

from placet.dispatch.port import Dispatch, Segment
from placet.storage import Transaction
from placet.storage.outbox_rows import copies_of, raise_wanted
from placet.storage.run_rows import take_settled
from placet.vocabulary import Json, canonical

OutboxKind = Literal["card", "plan", "answer", "notice"]


def want(
    tx: Transaction,
    dispatch: Dispatch,
    message: str,
    *,
    kind: OutboxKind,
    run: str,
    subject: str,
    person: str = "",
    body: Mapping[str, Json] | None = None,
) -> None:
    """Ask for a message to be shown, or shown anew if it exists. `message` is its id, for ever."""
    text = None if body is None else canonical(body).decode()
    wanted = raise_wanted(tx, message, kind=kind, run=run, subject=subject, person=person, body=text)
    dispatch.enqueue(
        tx, Segment(kind="send", id=f"send:{message}:{wanted}", key=f"send:{message}", payload={"message": message})
    )


def refresh_cards(tx: Transaction, dispatch: Dispatch, changeset: str) -> None:
    """Show every copy of a changeset's card anew."""
    for row in copies_of(tx, changeset, "card"):
        want(tx, dispatch, row["id"], kind="card", run=row["run"], subject=changeset)


def wake_when_settled(tx: Transaction, dispatch: Dispatch, changeset: str) -> bool:
    """Queue the resume of a run once every proposal of `changeset` is settled; true if this call did."""
    run = take_settled(tx, changeset)
    if run is None:
        return False
    dispatch.enqueue(
        tx,
        Segment(
            kind="resume", id=f"resume:{changeset}", key=f"run:{run}", payload={"run": run, "changeset": changeset}
        ),
    )
    return True
