"""Intake: write a request down and queue its turn, in one transaction. Imports no langgraph: the Slack edge uses it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from placet.dispatch import Dispatch, Segment
from placet.ledger import append
from placet.storage import Transaction
from placet.storage.run_rows import find_run, insert_event, insert_run
from placet.toolbox.arguments import pin_key
from placet.toolbox.drafting import new_id
from placet.vocabulary import Json, Person

MAX_REQUEST = 4_000
"""Characters of a request that are kept; Slack's own soft limit for a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came in. `event` is the source's own id: the same event twice is one run.

    `channel` and `thread` say where answers go; both empty means nobody listens there (CLI, evals). `follows` is the
    run this one asks again: what that one proposed is not proposed twice.
    """

    event: str
    source: str
    person: Person
    agent: str
    graph: str
    graph_version: str
    text: str
    channel: str = ""
    thread: str = ""
    pins: Mapping[str, str] | None = None
    follows: str = ""


def receive(tx: Transaction, dispatch: Dispatch, request: Request) -> str | None:
    """Make a run of a request and queue its turn; `None` if this event was received before."""
    text = request.text.strip()[:MAX_REQUEST]
    payload: dict[str, Json] = {"text": text, "channel": request.channel, "thread": request.thread}
    fresh = insert_event(tx, event=request.event, source=request.source, person=request.person.id, payload=payload)
    if not fresh:
        return None
    run = new_id("R-")
    insert_run(
        tx,
        id=run,
        agent=request.agent,
        requester=request.person.id,
        request=text,
        source=request.source,
        channel=request.channel,
        thread=request.thread,
        graph=request.graph,
        graph_version=request.graph_version,
        pins=json.dumps(dict(request.pins or {})),
        follows=request.follows,
    )
    facts: dict[str, Json] = {
        "event": request.event,
        "source": request.source,
        "requester": request.person.id,
        "agent": request.agent,
        "request": text,
    }
    append(tx, "run.received", facts, run=run)
    dispatch.enqueue(tx, Segment(kind="turn", id=f"evt:{request.event}", key=f"run:{run}", payload={"run": run}))
    return run


def choose(
    tx: Transaction, dispatch: Dispatch, *, event: str, run: str, person: Person, object: str, said: str, record: str
) -> str | None:
    """Ask a run's request again with the record the rep chose for an ambiguous name.

    Only the requester may choose. `None` if the run is not theirs or the event was received before.
    """
    row = find_run(tx, run)
    if row is None or row["requester"] != person.id:
        return None
    pins = {**json.loads(row["pins"]), pin_key(object, said): record}
    again = Request(
        event=event,
        source=row["source"],
        person=person,
        agent=row["agent"],
        graph=row["graph"],
        graph_version=row["graph_version"],
        text=row["request"],
        channel=row["channel"],
        thread=row["thread"],
        pins=pins,
        follows=run,
    )
    return receive(tx, dispatch, again)
