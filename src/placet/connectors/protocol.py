"""What a system must offer: a reader for everyone, a writer for the executor alone.

The two are separate objects with separate credentials, so that whoever holds a reader has nothing to write with.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol, runtime_checkable

from placet.vocabulary import (
    Capabilities,
    Condition,
    Grant,
    ObjectSchema,
    Operation,
    Outcome,
    Page,
    Record,
)


@runtime_checkable
class Reader(Protocol):
    """Reads one system. `system` is the first word of its objects, such as `crm`."""

    system: str
    version: str

    def objects(self) -> Sequence[str]:
        """The full names of all objects, such as `crm.opportunity`."""
        ...

    def describe(self, object: str) -> ObjectSchema:
        """The shape of an object.

        Raises:
            ConnectorError: the system has no such object.
        """
        ...

    def capabilities(self, object: str) -> Capabilities:
        """What can be done with an object, and how well it guards against lost updates."""
        ...

    async def read(self, object: str, record: str) -> Record:
        """One record by id.

        Raises:
            RecordMissing: it is not there or not visible.
            ConnectorError: the system does not answer.
        """
        ...

    async def search(
        self, object: str, where: Sequence[Condition] = (), *, limit: int = 20, cursor: str | None = None
    ) -> Page:
        """Records for which all conditions hold, in the order of their ids. `limit` is at most 200.

        Raises:
            ConnectorError: a condition names an unknown field, or the system does not answer.
        """
        ...

    async def named(self, object: str, said: str, *, limit: int = 6) -> Sequence[Record]:
        """Records that `said` (an id or a name, in a person's words) may mean, best first.

        An exact id, or else a name equal but for case and spaces, comes alone.
        """
        ...

    async def cascades(self, operation: Operation) -> Sequence[str]:
        """What else the system will change, in words a person reads."""
        ...

    async def probe(self) -> Mapping[str, Mapping[str, bool]]:
        """What this credential may do, per object and verb, found without side effects.

        Raises:
            ConnectorError: the system does not answer.
        """
        ...


@runtime_checkable
class Writer(Protocol):
    """Changes one system. Only the executor holds one."""

    system: str
    lookup_settles: timedelta
    """How long after a lost answer `lookup` must wait before "not there" is believed."""

    async def apply(self, grant: Grant, operation: Operation, *, key: str, base_version: str) -> Outcome:
        """Send one operation once. `key` is the idempotency key (the proposal's id).

        Never raises for what the system says: everything is an outcome. A lost answer is `unknown`.
        """
        ...

    async def lookup(self, operation: Operation, *, key: str) -> Outcome:
        """Ask the system whether `key` was applied: `already_applied`, `not_visible` (it was not), or `unknown`."""
        ...
