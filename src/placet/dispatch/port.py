"""The dispatch port: durable work in short segments, queued inside the caller's own transaction.

A segment never waits for a person. The source of truth is always placet's own tables; the engine behind this port
only says "there is work to do now, or at that time", and may run a segment more than once.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol, TypeAlias

from placet.storage import Transaction

SegmentKind = Literal["turn", "execute", "resume", "expire", "escalate", "send"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One short piece of work.

    `id` is unique for ever: queuing an id that exists is a no-op. Segments with the same `key` never run at the
    same time and run in order. `payload` holds ids only, never data.
    """

    kind: SegmentKind
    id: str
    key: str
    payload: Mapping[str, str] = field(default_factory=dict)
    delay: timedelta = timedelta(0)


def execution(proposal: str, changeset: str, *, id: str, delay: timedelta = timedelta(0)) -> Segment:
    """The segment that may send a proposal. Its key keeps the writes of one changeset in order."""
    return Segment(kind="execute", id=id, key=f"changeset:{changeset}", payload={"proposal": proposal}, delay=delay)


Handler: TypeAlias = Callable[[Mapping[str, str]], Awaitable[None]]


class Dispatch(Protocol):
    """Queues segments and runs them."""

    def register(self, kind: SegmentKind, handler: Handler) -> None:
        """Say who handles a kind. The composition root does this before `start_worker`."""
        ...

    def enqueue(self, tx: Transaction, segment: Segment) -> None:
        """Queue a segment in the caller's transaction: it exists if and only if the transaction commits.

        Raises:
            DispatchError: the engine refuses it.
        """
        ...

    def cancel(self, tx: Transaction, segment_id: str) -> None:
        """Drop a segment that has not started. No error if it has, or never existed."""
        ...

    async def status(self, segment_id: str) -> Literal["queued", "running", "done", "failed", "cancelled", "unknown"]:
        """Where a segment stands. For people and tests: nothing decides whether to write by this."""
        ...

    async def start_worker(self) -> None:
        """Begin to run segments. Recovers those a dead worker left behind."""
        ...

    async def stop_worker(self) -> None:
        """Finish what runs and stop. Queued segments stay queued."""
        ...

    async def recover_orphans(self) -> int:
        """Take over segments of workers that are gone; returns how many."""
        ...

    async def stats(self) -> Mapping[str, int]:
        """Counts by status, for `placet doctor`."""
        ...

    async def purge(self, older_than: timedelta) -> int:
        """Forget finished segments; returns how many. Must exceed the redelivery window of every source."""
        ...
