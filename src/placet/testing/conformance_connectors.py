"""What every connector must do, as checks anybody can run against their own.

A check raises `AssertionError` with a sentence when the connector does otherwise. Nothing here knows a test runner:

    await check_reader(my_reader)
    await check_writer(Bench(make_reader=…, make_writer=…, object="crm.note", fields=…, change=…, …))

The checks read what the connector says of itself (`capabilities`) and hold it to that, no more and no less: a system
that cannot compare versions is allowed to lose an update, but not to claim that it never does.
"""

import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from placet.connectors import Reader, Writer
from placet.errors import ConnectorError, RecordMissing
from placet.vocabulary import (
    Condition,
    Grade,
    Grant,
    Idempotency,
    Json,
    Operation,
    OperationKind,
    Outcome,
    OutcomeKind,
    Record,
    canonical,
    sha256,
)

Verify: TypeAlias = Callable[[Grant, Operation, str], None]
"""What a writer asks before it sends: grant, operation and base version; it raises to refuse."""

MISSING = "no-such-record"
"""An id no system gives."""

_MOST_PAGES = 10_000


def let_pass(_grant: Grant, _operation: Operation, _base_version: str) -> None:
    """A `verify` that lets every grant pass: for tests of a connector alone."""


def refuse(_grant: Grant, _operation: Operation, _base_version: str) -> None:
    """A `verify` that lets nothing pass.

    Raises:
        ConnectorError: always.
    """
    raise ConnectorError(system="test", reason="the grant is burned")


async def _no_time() -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A connector on the bench, with records it may make and spoil.

    `fields` make a valid new record of `object`; `change` and `other` are two different valid changes of the same
    fields; `invalid` is one the system must refuse. `elapse` lets the grain of a weak version pass (default: nothing
    passes); `prefix` keeps the keys of several runs on one system apart.
    """

    make_reader: Callable[[], Reader]
    make_writer: Callable[[Verify], Writer]
    object: str
    fields: Mapping[str, Json]
    change: Mapping[str, Json]
    other: Mapping[str, Json]
    invalid: Mapping[str, Json]
    elapse: Callable[[], Awaitable[None]] = _no_time
    prefix: str = "conformance"
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def key(self) -> str:
        """A key that was not used before."""
        return f"{self.prefix}-{next(self._numbers)}"

    def create(self) -> Operation:
        """The operation that makes a record."""
        return Operation(OperationKind.CREATE, self.object, "", dict(self.fields), "create")

    def update(self, record: str, fields: Mapping[str, Json]) -> Operation:
        """The operation that changes a record."""
        return Operation(OperationKind.UPDATE, self.object, record, dict(fields), "update")

    async def made(self) -> Record:
        """A fresh record, made through the writer and read back."""
        outcome = await send(self.make_writer(let_pass), self.create(), key=self.key())
        _expect(outcome.kind is OutcomeKind.APPLIED, f"a valid create was answered with {_told(outcome)}")
        return await self.make_reader().read(self.object, outcome.record)


def grant_for(operation: Operation, key: str) -> Grant:
    """A grant whose digest is the operation's own; good for writers that verify with `let_pass`."""
    expires = datetime.now(UTC) + timedelta(seconds=30)
    digest = sha256(canonical(operation.to_json()))
    return Grant(proposal=key, digest=digest, nonce="0", fence=0, expires_at=expires, mac="")


async def send(writer: Writer, operation: Operation, *, key: str, base_version: str = "") -> Outcome:
    """Apply `operation` under a grant of its own."""
    return await writer.apply(grant_for(operation, key), operation, key=key, base_version=base_version)


# --- readers ----------------------------------------------------------------------------------------


async def check_reader(reader: Reader) -> None:
    """Run every check of a reader over every object it names."""
    for object in reader.objects():
        for check in READER_CHECKS:
            await check(reader, object)


async def describe_and_read_agree(reader: Reader, object: str) -> None:
    """Every record has exactly the fields of the schema, and read gives what search gave."""
    schema = reader.describe(object)
    _expect(schema.object == object, f"`{object}` describes itself as `{schema.object}`")
    _expect(schema.field(schema.name_field) is not None, f"the name field of `{object}` is not one of its fields")
    page = await reader.search(object, limit=5)
    for record in page.records:
        names = {one.name for one in schema.fields}
        _expect(record.values.keys() == names, f"`{record.id}` has other fields than `{object}` describes")
        again = await reader.read(object, record.id)
        _expect(again.values == record.values, f"`{record.id}` reads differently from how it was found")
        _expect(again.version == record.version, f"`{record.id}` has two versions at once")


async def versions_fit_the_grade(reader: Reader, object: str) -> None:
    """Whoever can compare gives a version to compare with."""
    grade = reader.capabilities(object).grade
    page = await reader.search(object, limit=5)
    for record in page.records:
        _expect(grade is Grade.NONE or record.version != "", f"`{record.id}` has no version, but grade {grade}")


async def paging_visits_all_once(reader: Reader, object: str) -> None:
    """Small pages by cursor give the same records as large ones, each once and in the order of their ids."""
    small, large = await _all_ids(reader, object, 3), await _all_ids(reader, object, 200)
    _expect(small == large, f"pages of 3 and of 200 give different records of `{object}`")
    _expect(len(set(small)) == len(small), f"paging visits a record of `{object}` twice")
    _expect(small == sorted(small), f"records of `{object}` do not come in the order of their ids")


async def unknown_names_are_refused(reader: Reader, object: str) -> None:
    """A condition on an unknown field, a wrong cursor and an unknown object are errors, not empty pages."""
    stranger = Condition("no_such_field", "is", "x")
    await _refuses(reader.search(object, [stranger]), f"`{object}` accepted a condition on an unknown field")
    await _refuses(reader.search(object, cursor="?"), f"`{object}` accepted a cursor it did not give")
    try:
        reader.describe(f"{object}_of_nowhere")
    except ConnectorError:
        return
    _expect(holds=False, sentence="an unknown object was described")


async def missing_records_are_missing(reader: Reader, object: str) -> None:
    """Reading an id that is not there raises `RecordMissing`, and no name means it."""
    try:
        await reader.read(object, MISSING)
    except RecordMissing:
        found = await reader.named(object, MISSING)
        _expect(not found, f"`{MISSING}` is taken for a name of `{object}`")
        return
    _expect(holds=False, sentence=f"reading a missing record of `{object}` did not raise RecordMissing")


async def an_id_names_its_record(reader: Reader, object: str) -> None:
    """Saying an exact id means that record alone."""
    for record in (await reader.search(object, limit=3)).records:
        found = [one.id for one in await reader.named(object, record.id)]
        _expect(found == [record.id], f"`{record.id}` means {found}")


async def probing_tells_every_object(reader: Reader, object: str) -> None:
    """The probe answers for each object whether it can be read."""
    told = await reader.probe()
    _expect("read" in told.get(object, {}), f"the probe says nothing about reading `{object}`")


ReaderCheck: TypeAlias = Callable[[Reader, str], Awaitable[None]]

READER_CHECKS: tuple[ReaderCheck, ...] = (
    describe_and_read_agree,
    versions_fit_the_grade,
    paging_visits_all_once,
    unknown_names_are_refused,
    missing_records_are_missing,
    an_id_names_its_record,
    probing_tells_every_object,
)


# --- writers ----------------------------------------------------------------------------------------


async def check_writer(bench: Bench) -> None:
    """Run every check of a writer; each makes its own record."""
    for check in WRITER_CHECKS:
        await check(bench)


async def what_was_applied_reads_back(bench: Bench) -> None:
    """After `applied` the reader sees the new values, and the version the outcome told."""
    record = await bench.made()
    outcome = await _update(bench, record, bench.change, base_version=record.version)
    _expect(outcome.kind is OutcomeKind.APPLIED, f"a valid update was answered with {_told(outcome)}")
    again = await bench.make_reader().read(bench.object, record.id)
    for name, value in bench.change.items():
        _expect(again.values[name] == value, f"`{name}` reads {again.values[name]!r} after {value!r} was applied")
    _expect(outcome.version in {"", again.version}, "the outcome told another version than the reader sees")


async def a_stale_base_follows_the_grade(bench: Bench) -> None:
    """A write on a version that moved is a conflict and changes nothing, unless the grade is `none`."""
    record = await bench.made()
    await bench.elapse()
    await _update(bench, record, bench.other, base_version=record.version)
    outcome = await _update(bench, record, bench.change, base_version=record.version)
    again = await bench.make_reader().read(bench.object, record.id)
    if bench.make_reader().capabilities(bench.object).grade is Grade.NONE:
        _expect(outcome.kind is OutcomeKind.APPLIED, f"nothing is compared, yet the answer was {_told(outcome)}")
        return
    _expect(outcome.kind is OutcomeKind.CONFLICT, f"a stale write was answered with {_told(outcome)}")
    for name, value in bench.other.items():
        _expect(again.values[name] == value, f"a conflict changed `{name}`")


async def the_same_key_changes_once(bench: Bench) -> None:
    """Where keys are honoured, a repeated create makes one record and says so."""
    if bench.make_reader().capabilities(bench.object).idempotency is not Idempotency.KEY:
        return
    writer, key = bench.make_writer(let_pass), bench.key()
    first = await send(writer, bench.create(), key=key)
    before = await _all_ids(bench.make_reader(), bench.object, 200)
    second = await send(writer, bench.create(), key=key)
    after = await _all_ids(bench.make_reader(), bench.object, 200)
    _expect(second.kind is OutcomeKind.ALREADY_APPLIED, f"a repeated key was answered with {_told(second)}")
    _expect(second.record == first.record, "a repeated key names another record")
    _expect(before == after, "a repeated key made another record")


async def a_key_stands_for_one_change(bench: Bench) -> None:
    """Where keys are honoured, another change under a used key is refused."""
    if bench.make_reader().capabilities(bench.object).idempotency is not Idempotency.KEY:
        return
    record = await bench.made()
    writer, key = bench.make_writer(let_pass), bench.key()
    await send(writer, bench.update(record.id, bench.change), key=key, base_version=record.version)
    moved = await bench.make_reader().read(bench.object, record.id)
    outcome = await send(writer, bench.update(record.id, bench.other), key=key, base_version=moved.version)
    again = await bench.make_reader().read(bench.object, record.id)
    _expect(outcome.kind is OutcomeKind.INVALID, f"a key for two changes was answered with {_told(outcome)}")
    _expect(again.values == moved.values, "a key that was used for another change changed the record")


async def lookup_follows_the_idempotency(bench: Bench) -> None:
    """Lookup finds what was applied, denies what was not, and says `unknown` where nobody can know."""
    writer, key, operation = bench.make_writer(let_pass), bench.key(), bench.create()
    applied = await send(writer, operation, key=key)
    found, other = await writer.lookup(operation, key=key), await writer.lookup(operation, key=bench.key())
    if bench.make_reader().capabilities(bench.object).idempotency is Idempotency.NONE:
        kinds = {found.kind, other.kind}
        _expect(kinds == {OutcomeKind.UNKNOWN}, f"a system without keys answered a lookup with {kinds}")
        return
    _expect(found.kind is OutcomeKind.ALREADY_APPLIED, f"an applied key is looked up as {_told(found)}")
    _expect(found.record == applied.record, "lookup names another record")
    _expect(other.kind is OutcomeKind.NOT_VISIBLE, f"a key never sent is looked up as {_told(other)}")


async def what_is_invalid_changes_nothing(bench: Bench) -> None:
    """A value or field the system refuses is `invalid`, with a reason, and leaves the record alone."""
    record = await bench.made()
    for fields in (bench.invalid, {"no_such_field": "x"}):
        outcome = await _update(bench, record, fields, base_version=record.version)
        _expect(outcome.kind is OutcomeKind.INVALID, f"{fields} was answered with {_told(outcome)}")
        _expect(outcome.message != "", f"{fields} was refused without a reason")
    again = await bench.make_reader().read(bench.object, record.id)
    _expect(again == _at(record, again.fetched_at), "an invalid change left a trace")


async def a_missing_record_is_not_visible(bench: Bench) -> None:
    """Changing a record that is not there is `not_visible`."""
    record = await bench.made()
    operation = bench.update(MISSING, bench.change)
    outcome = await send(bench.make_writer(let_pass), operation, key=bench.key(), base_version=record.version)
    _expect(outcome.kind is OutcomeKind.NOT_VISIBLE, f"a missing record was answered with {_told(outcome)}")


async def a_grant_that_fails_sends_nothing(bench: Bench) -> None:
    """When the grant does not verify the outcome is `denied` and nothing changed."""
    record = await bench.made()
    operation = bench.update(record.id, bench.change)
    outcome = await send(bench.make_writer(refuse), operation, key=bench.key(), base_version=record.version)
    again = await bench.make_reader().read(bench.object, record.id)
    _expect(outcome.kind is OutcomeKind.DENIED, f"a refused grant was answered with {_told(outcome)}")
    _expect(again.values == record.values, "a write went through without a grant")


WriterCheck: TypeAlias = Callable[[Bench], Awaitable[None]]

WRITER_CHECKS: tuple[WriterCheck, ...] = (
    what_was_applied_reads_back,
    a_stale_base_follows_the_grade,
    the_same_key_changes_once,
    a_key_stands_for_one_change,
    lookup_follows_the_idempotency,
    what_is_invalid_changes_nothing,
    a_missing_record_is_not_visible,
    a_grant_that_fails_sends_nothing,
)


# --- shared -----------------------------------------------------------------------------------------


def _expect(holds: bool, sentence: str) -> None:  # noqa: FBT001 - the condition of an assertion
    if not holds:
        raise AssertionError(sentence)


def _told(outcome: Outcome) -> str:
    return f"`{outcome.kind}` ({outcome.message})"


def _at(record: Record, fetched_at: datetime) -> Record:
    return Record(
        object=record.object,
        id=record.id,
        name=record.name,
        values=record.values,
        version=record.version,
        fetched_at=fetched_at,
    )


async def _update(bench: Bench, record: Record, fields: Mapping[str, Json], *, base_version: str) -> Outcome:
    writer = bench.make_writer(let_pass)
    return await send(writer, bench.update(record.id, fields), key=bench.key(), base_version=base_version)


async def _refuses(asking: Awaitable[object], sentence: str) -> None:
    try:
        await asking
    except ConnectorError:
        return
    _expect(holds=False, sentence=sentence)


async def _all_ids(reader: Reader, object: str, size: int) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    for _page in range(_MOST_PAGES):
        page = await reader.search(object, limit=size, cursor=cursor)
        _expect(len(page.records) <= size, f"a page of `{object}` is larger than asked for")
        found += [record.id for record in page.records]
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError(f"paging through `{object}` does not end")
