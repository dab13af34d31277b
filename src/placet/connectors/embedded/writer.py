"""The writer of an embedded system. Only the executor holds one."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from placet.connectors.embedded.changes import perform, well_formed
from placet.connectors.embedded.files import SystemFile
from placet.connectors.embedded.options import EmbeddedOptions, Faults
from placet.connectors.embedded.rows import Rows
from placet.connectors.embedded.tables import layout, stamp
from placet.connectors.embedded.versions import guard, token
from placet.errors import ChangeRefused, SystemMissing
from placet.vocabulary import (
    Clock,
    Grade,
    Grant,
    Idempotency,
    Json,
    Operation,
    OperationKind,
    Outcome,
    OutcomeKind,
    canonical,
    system_clock,
)

Verify: TypeAlias = Callable[[Grant, Operation, str], None]
"""Checks and burns a grant for an operation and its base version; raises if it does not hold.

The composition root gives it (`placet.executor.grants.GrantSeal.verify`).
"""

_MESSAGE_CHARACTERS = 300


class EmbeddedWriter:
    """Changes one embedded system, one short transaction an operation.

    The record of the request, the change and what the triggers witness are committed together or not at all.
    `clock` stamps rows; `monotonic` gives seconds and measures the window of the grade `client_check`.
    """

    lookup_settles = timedelta(0)  # the answer is lost after the commit or instead of it, never before a late one

    def __init__(
        self,
        path: Path,
        system: str,
        *,
        verify: Verify,
        options: EmbeddedOptions | None = None,
        faults: Faults | None = None,
        clock: Clock = system_clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.system = system
        self._verify = verify
        self._options = options or EmbeddedOptions()
        self._faults = faults or Faults()
        self._clock = clock
        self._monotonic = monotonic
        self._file = SystemFile(path, system, readonly=False, busy_timeout_ms=self._options.busy_timeout_ms)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    async def apply(self, grant: Grant, operation: Operation, *, key: str, base_version: str) -> Outcome:
        """Send one operation once (see `placet.connectors.protocol.Writer`)."""
        return await asyncio.to_thread(self._apply, grant, operation, key, base_version)

    async def lookup(self, operation: Operation, *, key: str) -> Outcome:
        """Whether `key` was applied, as far as this object's idempotency lets anyone ask."""
        return await asyncio.to_thread(self._lookup, operation, key)

    # --- the answer -----------------------------------------------------------------------------------

    def _apply(self, grant: Grant, operation: Operation, key: str, base_version: str) -> Outcome:
        barred = self._barred(grant, operation, key, base_version)
        if barred is not None:
            return barred
        try:
            well_formed(operation)
            return self._send(grant, operation, key, base_version)
        except ChangeRefused as error:
            return _answer(OutcomeKind(error.kind), operation, error.reason)
        except SystemMissing as error:
            return _answer(OutcomeKind.UNAVAILABLE, operation, str(error))
        except DBAPIError as error:
            return _answer(OutcomeKind.UNAVAILABLE, operation, str(error.orig))

    def _barred(self, grant: Grant, operation: Operation, key: str, base_version: str) -> Outcome | None:
        """Why nothing is sent at all, if so. The grant comes first: without one not even a question is asked."""
        if grant.proposal != key:
            return _answer(OutcomeKind.DENIED, operation, f"the grant is for `{grant.proposal}`, not for key `{key}`")
        try:
            self._verify(grant, operation, base_version)
        except Exception as error:  # noqa: BLE001 - whatever the check raises, nothing may be sent
            return _answer(OutcomeKind.DENIED, operation, f"the grant does not hold: {error}")
        if operation.object not in layout(self.system).schemas:
            return _answer(OutcomeKind.INVALID, operation, f"`{self.system}` has no object `{operation.object}`")
        if self._faults.unavailable:
            return _answer(OutcomeKind.UNAVAILABLE, operation, "the system does not answer")
        if self._faults.throttled_until is not None:
            busy = _answer(OutcomeKind.THROTTLED, operation, "too many requests")
            return replace(busy, retry_at=self._faults.throttled_until)
        return None

    def _send(self, grant: Grant, operation: Operation, key: str, base_version: str) -> Outcome:
        options = self._options.of(operation.object)
        compared_at: float | None = None
        if options.grade is Grade.CLIENT_CHECK and operation.kind is not OperationKind.CREATE:
            known, compared_at = self._compare(grant, operation, key, base_version)
            if known is not None:
                return known
            self._faults.reach("after_compare")
        with self._file.connect() as connection:
            connection.begin()
            known = self._recall(connection, grant, operation, key)
            if known is not None:
                return known
            outcome = self._change(connection, grant, operation, key, base_version)
            return self._commit(connection, operation, outcome, compared_at)

    def _compare(self, grant: Grant, operation: Operation, key: str, base_version: str) -> tuple[Outcome | None, float]:
        """Read and compare in a transaction of its own, as a client of a system without locking has to."""
        with self._file.connect() as connection:
            known = self._recall(connection, grant, operation, key)
            rows = Rows(connection, self.system)
            stored = rows.get(operation.object, operation.record)
            compared_at = self._monotonic()
            if known is None and stored is not None:
                found = token(Grade.CLIENT_CHECK, rows.schema(operation.object), stored)
                if found != base_version:
                    message = f"`{operation.record}` was changed by someone else since it was read"
                    known = _answer(OutcomeKind.CONFLICT, operation, message)
            return known, compared_at

    # --- one transaction ------------------------------------------------------------------------------

    def _recall(self, connection: Connection, grant: Grant, operation: Operation, key: str) -> Outcome | None:
        """What the key stands for already, where the system honours keys."""
        if self._options.of(operation.object).idempotency is not Idempotency.KEY:
            return None
        requests = layout(self.system).requests
        row = connection.execute(select(requests).where(requests.c.dedupe == key)).mappings().first()
        if row is None:
            return None
        if row["digest"] != grant.digest:
            return _answer(OutcomeKind.INVALID, operation, f"key `{key}` was used for another change")
        return _recalled(row["record"], row["answer"])

    def _change(
        self, connection: Connection, grant: Grant, operation: Operation, key: str, base_version: str
    ) -> Outcome:
        options, tables, now = self._options.of(operation.object), layout(self.system), stamp(self._clock())
        request = {
            "key": key,
            "dedupe": key if options.idempotency is Idempotency.KEY else None,
            "digest": grant.digest,
            "operation": canonical(operation.to_json()).decode(),
            "outcome": OutcomeKind.APPLIED.value,
            "record": operation.record,
            "answer": "{}",
            "at": now,
        }
        adding = tables.requests.insert().values(request).returning(tables.requests.c.seq)
        seq = connection.execute(adding).scalar_one()
        connection.execute(tables.open_request.insert().values(one=1, request=seq))
        rows = Rows(connection, self.system, now)
        table = rows.table(operation.object)
        record = perform(rows, operation, guard(options.grade, table, base_version))
        stored = rows.get(operation.object, record)
        values: dict[str, Json] = dict(stored.values) if stored else {}
        version = token(options.grade, rows.schema(operation.object), stored) if stored else ""
        connection.execute(tables.open_request.delete())
        answer = canonical({"version": version, "values": values}).decode()
        connection.execute(
            tables.requests.update().where(tables.requests.c.seq == seq).values(record=record, answer=answer)
        )
        return Outcome(kind=OutcomeKind.APPLIED, record=record, version=version, values=values if stored else None)

    def _commit(
        self, connection: Connection, operation: Operation, outcome: Outcome, compared_at: float | None
    ) -> Outcome:
        self._faults.reach("before_commit")
        if self._faults.timeout_before_commit:
            connection.rollback()
            return _answer(OutcomeKind.UNKNOWN, operation, "no answer came in time")
        try:
            connection.commit()
        except DBAPIError as error:  # whether a failed commit reached the disk is not for us to say
            return _answer(OutcomeKind.UNKNOWN, operation, f"the commit was not confirmed: {error.orig}")
        self._faults.reach("after_commit")
        if self._faults.timeout_after_commit:
            return _answer(OutcomeKind.UNKNOWN, operation, "no answer came in time")
        if compared_at is None:
            return outcome
        return replace(outcome, window_ms=round((self._monotonic() - compared_at) * 1000))

    # --- asking afterwards ----------------------------------------------------------------------------

    def _lookup(self, operation: Operation, key: str) -> Outcome:
        if self._options.of(operation.object).idempotency is Idempotency.NONE:
            return _answer(OutcomeKind.UNKNOWN, operation, "the system keeps no keys to ask for")
        if self._faults.unavailable:
            return _answer(OutcomeKind.UNKNOWN, operation, "the system does not answer")
        requests = layout(self.system).requests
        try:
            with self._file.connect() as connection:
                query = select(requests).where(requests.c.key == key).order_by(requests.c.seq)
                row = connection.execute(query).mappings().first()
        except (DBAPIError, SystemMissing) as error:
            return _answer(OutcomeKind.UNKNOWN, operation, str(error))
        if row is None:
            return _answer(OutcomeKind.NOT_VISIBLE, operation, f"nothing was applied under key `{key}`")
        if row["operation"] != canonical(operation.to_json()).decode():
            return _answer(OutcomeKind.UNKNOWN, operation, f"key `{key}` was used for another change")
        return _recalled(row["record"], row["answer"])


def _recalled(record: str, answer: str) -> Outcome:
    told = json.loads(answer)
    return Outcome(
        kind=OutcomeKind.ALREADY_APPLIED, record=record, version=told["version"], values=told["values"] or None
    )


def _answer(kind: OutcomeKind, operation: Operation, message: str) -> Outcome:
    return Outcome(kind=kind, record=operation.record, message=message[:_MESSAGE_CHARACTERS])
