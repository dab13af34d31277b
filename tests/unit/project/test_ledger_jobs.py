"""The rounds of `placet serve` that sign and anchor, driven by hand: no time passes here."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from placet.errors import SettingInvalid
from placet.ledger import append, entries
from placet.ledger.anchors import FileAnchor
from placet.ledger.heads import heads
from placet.ledger.standalone import split_notes
from placet.project import Secrets, load_settings
from placet.project.ledger_jobs import LedgerKeeper, Periodic, ledger_anchors, ledger_origin
from placet.storage import Store
from placet.vocabulary import Secret

KEY = Secret("1" * 64)


class Key:
    """What the environment gives: a key, nothing, or a problem."""

    def __init__(self, given: Secret | SettingInvalid | None) -> None:
        self.given = given

    def __call__(self) -> Secret | None:
        if isinstance(self.given, SettingInvalid):
            raise self.given
        return self.given


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'placet.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def keeper(store: Store, tmp_path: Path) -> Callable[[Key], LedgerKeeper]:
    anchor = FileAnchor(tmp_path / "kept.txt")
    return lambda key: LedgerKeeper(store, origin="example.com/deals", anchors=[anchor], key=key)


def wrote(store: Store) -> None:
    store.write_now(lambda tx: append(tx, "run.received", {}))


def sizes(store: Store) -> list[int]:
    return store.read_now(lambda tx: [one.size for one in heads(tx)])


def kinds(store: Store) -> list[str]:
    return store.read_now(lambda tx: [one.kind for one in entries(tx)])


async def test_each_round_signs_what_came_and_anchors_it(store: Store, keeper: Any, tmp_path: Path) -> None:
    one = keeper(Key(KEY))
    for _ in range(3):
        wrote(store)
        await one.round()
    await one.round()
    assert sizes(store) == [1, 2, 3]
    assert len(split_notes((tmp_path / "kept.txt").read_text())) == 3
    assert store.read_now(heads)[-1].anchors == ("file:kept.txt",)


async def test_a_ledger_that_was_never_signed_is_left_alone(store: Store, keeper: Any, tmp_path: Path) -> None:
    wrote(store)
    await keeper(Key(None)).round()
    assert (sizes(store), kinds(store)) == ([], ["run.received"])
    assert not (tmp_path / "kept.txt").exists()


@pytest.mark.parametrize("lost", [None, SettingInvalid(setting="x", reason="the file cannot be read"), Secret("no")])
async def test_a_key_that_went_away_leaves_one_gap_until_it_is_back(store: Store, keeper: Any, lost: Any) -> None:
    key = Key(KEY)
    one = keeper(key)
    wrote(store)
    await one.round()
    key.given = lost
    await one.round()
    await one.round()
    assert kinds(store) == ["run.received", "ledger.gap"]
    key.given = KEY
    await one.round()
    assert kinds(store) == ["run.received", "ledger.gap", "ledger.gap_ended"]
    assert sizes(store) == [1, 3]


async def test_a_key_that_never_worked_is_a_gap_from_the_start(store: Store, keeper: Any) -> None:
    await keeper(Key(Secret("no"))).round()
    assert kinds(store) == ["ledger.gap"]


async def test_an_anchor_that_fails_gets_the_newest_head_in_a_later_round(store: Store, tmp_path: Path) -> None:
    away, here = FileAnchor(tmp_path / "away" / "a.txt"), FileAnchor(tmp_path / "b.txt")
    one = LedgerKeeper(store, origin="example.com/deals", anchors=[away, here], key=Key(KEY))
    wrote(store)
    with structlog.testing.capture_logs() as logs:
        await one.round()
    assert [(log["step"], log["code"]) for log in logs] == [("file:a.txt", "anchor_failed")]
    assert len(here.notes()) == 1
    away.path.parent.mkdir()
    wrote(store)
    await one.round()
    assert away.notes() == here.notes()[-1:]


@pytest.mark.damages_ledger
async def test_a_damaged_ledger_is_not_signed_and_the_last_good_head_is_still_anchored(
    store: Store, keeper: Any, tmp_path: Path
) -> None:
    from sqlalchemy import text

    one = keeper(Key(KEY))
    wrote(store)
    await one.sign()
    wrote(store)
    store.write_now(lambda tx: tx.connection.execute(text("UPDATE ledger SET kind = 'other' WHERE seq = 2")))
    with structlog.testing.capture_logs() as logs:
        await one.round()
    assert [log["code"] for log in logs] == ["ledger_broken"]
    assert sizes(store) == [1]
    assert len(split_notes((tmp_path / "kept.txt").read_text())) == 1


class Work:
    """Counts its rounds; the first `failing` raise, and `ran` is set after `enough`."""

    def __init__(self, failing: int = 0, enough: int = 1) -> None:
        self.rounds = 0
        self.failing = failing
        self.enough = enough
        self.ran = asyncio.Event()

    async def __call__(self) -> None:
        self.rounds += 1
        if self.rounds >= self.enough:
            self.ran.set()
        if self.rounds <= self.failing:
            raise RuntimeError("not today")


async def test_a_job_runs_at_once_and_once_more_when_it_is_stopped() -> None:
    work = Work()
    job = Periodic("ledger", work, seconds=3_600)
    job.start()
    job.start()
    await work.ran.wait()
    await job.stop()
    await job.stop()
    assert work.rounds == 2
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name() == "ledger"] == []


async def test_a_job_goes_round_and_a_failure_does_not_end_it() -> None:
    work = Work(failing=2, enough=5)
    job = Periodic("ledger", work, seconds=0)
    with structlog.testing.capture_logs() as logs:
        job.start()
        await work.ran.wait()
        await job.stop()
    assert [log["event"] for log in logs] == ["job.failed", "job.failed"]


async def test_a_job_that_was_never_started_does_nothing_when_it_is_stopped() -> None:
    work = Work()
    await Periodic("ledger", work, seconds=1).stop()
    assert work.rounds == 0


@pytest.mark.parametrize(
    ("toml", "origin"),
    [
        ('[project]\nname = "Merle & Söhne 2"\n', "placet/merle-söhne-2"),
        ('[project]\nname = "+++"\n', "placet/ledger"),
        ('[ledger]\norigin = "example.com/deals"\n', "example.com/deals"),
    ],
)
def test_a_ledger_is_named_by_its_setting_or_its_project(toml: str, origin: str, tmp_path: Path) -> None:
    (tmp_path / "placet.toml").write_text(toml, encoding="utf-8")
    project: Any = SimpleNamespace(settings=load_settings(tmp_path))
    assert ledger_origin(project) == origin


def test_anchors_are_those_that_are_named(tmp_path: Path) -> None:
    (tmp_path / "placet.toml").write_text('[ledger]\nanchor_file = "kept.txt"\nanchor_git = "/evidence"\n')
    project: Any = SimpleNamespace(settings=load_settings(tmp_path), path=lambda one: tmp_path / one)
    file, git = ledger_anchors(project)
    assert isinstance(file, FileAnchor)
    assert (file.path, git.name) == (tmp_path / "kept.txt", "git:evidence")


@pytest.mark.parametrize(
    "line",
    ['origin = "two words"', 'origin = "a+b"', "sign_every_seconds = 0", 'anchor_git_remote = "--upload-pack=x"'],
)
def test_a_ledger_setting_that_cannot_work_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "placet.toml").write_text(f"[ledger]\n{line}\n")
    with pytest.raises(SettingInvalid) as caught:
        load_settings(tmp_path)
    assert caught.value.line == 2


def test_no_key_is_no_error_and_an_empty_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Secrets().ledger_key() is None
    (tmp_path / "empty").touch()
    monkeypatch.setenv("PLACET_LEDGER_KEY_FILE", str(tmp_path / "empty"))
    with pytest.raises(SettingInvalid):
        Secrets().ledger_key()
    monkeypatch.setenv("PLACET_LEDGER_KEY", "1" * 64)
    assert Secrets().ledger_key() == KEY
