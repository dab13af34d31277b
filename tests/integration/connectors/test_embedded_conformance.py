"""The embedded connector passes the public kit at every grade and idempotency, and the kit catches liars."""

from collections.abc import Callable

import pytest
from tests.integration.connectors.embedded_desk import MovingClock, OpenDesk

from placet.connectors import Writer
from placet.connectors.embedded import EmbeddedOptions
from placet.testing.conformance_connectors import (
    READER_CHECKS,
    WRITER_CHECKS,
    Bench,
    ReaderCheck,
    Verify,
    WriterCheck,
    a_stale_base_follows_the_grade,
    check_reader,
    check_writer,
    describe_and_read_agree,
    lookup_follows_the_idempotency,
)
from placet.vocabulary import Grade, Idempotency


def bench_for(
    desk: OpenDesk, clock: MovingClock, options: EmbeddedOptions, claimed: EmbeddedOptions | None = None
) -> Bench:
    """A bench over notes; `claimed` is what the reader says where that is not the truth."""

    async def elapse() -> None:
        clock.forward(seconds=2)

    made, told = desk("crm", options), desk("crm", claimed or options)

    def writer(verify: Verify) -> Writer:
        made.writer._verify = verify
        return made.writer

    return Bench(
        make_reader=lambda: told.reader,
        make_writer=writer,
        object="crm.note",
        fields={"name": "Call", "account": "ACC-1001", "text": "They agreed."},
        change={"name": "Visit", "text": "They agreed in person."},
        other={"name": "E-mail", "text": "They wrote that they agree."},
        invalid={"account": "ACC-0000"},
        elapse=elapse,
    )


@pytest.mark.parametrize("idempotency", Idempotency)
@pytest.mark.parametrize("grade", Grade)
@pytest.mark.parametrize("check", WRITER_CHECKS, ids=lambda one: one.__name__)
async def test_the_writer_keeps_what_its_options_promise(
    desk: OpenDesk, clock: MovingClock, check: WriterCheck, grade: Grade, idempotency: Idempotency
) -> None:
    await check(bench_for(desk, clock, EmbeddedOptions(grade=grade, idempotency=idempotency)))


@pytest.mark.parametrize("system", ["crm", "erp"])
@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda one: one.__name__)
async def test_the_reader_passes_on_every_object(desk: OpenDesk, check: ReaderCheck, system: str) -> None:
    reader = desk(system).reader
    for object in reader.objects():
        await check(reader, object)


async def test_the_kit_runs_as_a_whole(desk: OpenDesk, clock: MovingClock) -> None:
    bench = bench_for(desk, clock, EmbeddedOptions())
    await check_writer(bench)
    await check_reader(bench.make_reader())


async def test_the_kit_catches_a_writer_that_loses_updates(desk: OpenDesk, clock: MovingClock) -> None:
    liar = bench_for(desk, clock, EmbeddedOptions(grade=Grade.NONE), claimed=EmbeddedOptions(grade=Grade.ATOMIC))
    with pytest.raises(AssertionError, match="stale write was answered with `applied`"):
        await a_stale_base_follows_the_grade(liar)


async def test_the_kit_catches_a_lookup_that_knows_nothing(desk: OpenDesk, clock: MovingClock) -> None:
    none, key = (EmbeddedOptions(idempotency=one) for one in (Idempotency.NONE, Idempotency.KEY))
    with pytest.raises(AssertionError, match="looked up as `unknown`"):
        await lookup_follows_the_idempotency(bench_for(desk, clock, none, claimed=key))


async def test_the_kit_catches_a_schema_that_hides_a_field(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = desk("crm").reader
    describe: Callable[[str], object] = desk("erp").reader.describe
    monkeypatch.setattr(reader, "describe", lambda _object: describe("erp.supplier"))
    with pytest.raises(AssertionError):
        await describe_and_read_agree(reader, "crm.note")
