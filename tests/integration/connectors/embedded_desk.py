"""A desk to change an embedded system from, and a clock moved by hand."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from placet.connectors.embedded import (
    EmbeddedOptions,
    EmbeddedReader,
    EmbeddedSystem,
    EmbeddedWriter,
    Faults,
    System,
)
from placet.testing.conformance_connectors import let_pass, send
from placet.vocabulary import Json, Operation, OperationKind, Outcome

START = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)


class MovingClock:
    """The present, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


class Desk:
    """One system with a reader and a writer; `create`, `update`, … send one operation under a key of its own."""

    def __init__(self, system: System, path: Path, options: EmbeddedOptions, clock: MovingClock) -> None:
        self.system = EmbeddedSystem(system, path, options=options, clock=clock)
        self.faults = Faults()
        self.reader: EmbeddedReader = self.system.reader()
        self.writer: EmbeddedWriter = self.system.writer(let_pass, faults=self.faults)
        self._sent = 0

    def close(self) -> None:
        self.reader.close()
        self.writer.close()

    async def send(self, operation: Operation, *, base: str | None = None, key: str | None = None) -> Outcome:
        self._sent += 1
        if base is None:
            base = (await self.reader.read(operation.object, operation.record)).version if operation.record else ""
        return await send(self.writer, operation, key=key or f"key-{self._sent}", base_version=base)

    async def create(self, object: str, **fields: Json) -> Outcome:
        return await self.send(Operation(OperationKind.CREATE, object, "", fields, "create"))

    async def update(self, object: str, record: str, **fields: Json) -> Outcome:
        return await self.send(Operation(OperationKind.UPDATE, object, record, fields, "update"))

    async def delete(self, object: str, record: str) -> Outcome:
        return await self.send(Operation(OperationKind.DELETE, object, record, {}, "delete"))

    async def transition(self, object: str, record: str, verb: str) -> Outcome:
        return await self.send(Operation(OperationKind.TRANSITION, object, record, {}, verb))

    async def all_of(self, object: str) -> list[Mapping[str, Json]]:
        return [one.values for one in (await self.reader.search(object, limit=200)).records]

    async def value(self, object: str, record: str, field: str) -> Json:
        return (await self.reader.read(object, record)).values[field]


def money(minor: int, currency: str = "EUR") -> dict[str, Json]:
    """An amount as it stands in a payload."""
    return {"minor": minor, "currency": currency}


OpenDesk = Callable[..., Desk]
