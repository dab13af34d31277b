"""The signing key, heads and anchors on the command line."""

import signal
import subprocess
from pathlib import Path

import pytest
from tests.integration.cli.commands import Placet
from tests.integration.cli.ledgers import Kept
from tests.integration.cli.test_serve_command import pointed_at, serve, slack
from tests.support.company import company

from placet.cli.diagnosis import examine_all
from placet.ledger.standalone import read_public_keys
from placet.localslack import LocalSlack
from placet.project.loader import load_project

__all__ = ["slack"]


def test_a_new_key_is_private_and_its_public_half_is_printed(placet: Placet, project: Path) -> None:
    told = placet("audit", "key", "new", "ledger.pem")
    assert (project / "ledger.pem").stat().st_mode & 0o777 == 0o600
    assert [key.name for key in read_public_keys(told.out)] == ["placet/merle-instruments"]
    assert "PRIVATE" not in told.out + told.err


def test_a_key_is_never_overwritten(placet: Placet, project: Path) -> None:
    (project / "ledger.pem").write_text("the old key")
    told = placet("audit", "key", "new", "ledger.pem", "--json")
    assert (told.status, told.json["error"]["code"]) == (1, "evidence_exists")
    assert (project / "ledger.pem").read_text() == "the old key"


def test_a_key_for_another_ledger_needs_no_project(
    placet: Placet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = placet("audit", "key", "new", "a.pem", "--origin", "example.com/deals", "--json")
    assert told.json["public_key"].startswith("example.com/deals+")
    assert placet("audit", "key", "new", "b.pem", "--origin", "two words").status == 2
    assert not (tmp_path / "b.pem").exists()


def test_the_public_key_is_shown_again_from_the_private_one(kept: Kept) -> None:
    assert kept.placet("audit", "key", "show").out == (kept.folder / "ledger.pub").read_text()


def test_signing_twice_makes_one_head(kept: Kept) -> None:
    again = kept.placet("audit", "sign", "--json").json
    assert (again["signed"], again["entries"]) == (False, 10)
    kept.write(1)
    assert kept.placet("audit", "sign", "--json").json["signed"] is True
    heads = kept.placet("audit", "heads", "--json").json["heads"]
    assert [(one["entries"], one["anchors"]) for one in heads] == [
        (6, ["file:kept.txt"]), (10, ["file:kept.txt"]), (11, []),
    ]  # fmt: skip


def test_notes_are_printed_as_an_anchor_keeps_them(kept: Kept) -> None:
    assert kept.placet("audit", "heads", "--notes").out == (kept.folder / "kept.txt").read_text()


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PLACET_LEDGER_KEY_FILE", "", "signing the ledger needs `PLACET_LEDGER_KEY`"),
        ("PLACET_LEDGER_KEY_FILE", "nowhere.pem", "the file `nowhere.pem` cannot be read"),
        ("PLACET_LEDGER_KEY", "hidden-and-no-key", "neither an unencrypted PEM nor 64 hexadecimal digits"),
        ("PLACET_LEDGER_KEY_FILE", "empty.pem", "the file `empty.pem` is empty"),
    ],
)
def test_a_key_that_is_missing_or_wrong_is_one_sentence(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    (kept.folder / "empty.pem").touch()
    monkeypatch.setenv(variable, value)
    told = kept.placet("audit", "sign")
    assert told.status == 1
    assert says in told.err
    assert "hidden-and-no-key" not in told.out + told.err


def test_an_anchor_that_is_away_is_named_and_the_others_get_the_head(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.write(1)
    kept.placet("audit", "sign")
    monkeypatch.setenv("PLACET_LEDGER__ANCHOR_GIT", "no-repository")
    told = kept.placet("audit", "anchor")
    assert told.status == 1
    assert "anchor `git:no-repository` failed" in told.err
    assert kept.placet("audit", "heads", "--last", "1", "--json").json["heads"][0]["anchors"] == ["file:kept.txt"]


def test_a_repository_keeps_heads_that_verify(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", "evidence"], cwd=kept.folder, check=True)
    monkeypatch.setenv("PLACET_LEDGER__ANCHOR_GIT", "evidence")
    assert kept.placet("audit", "anchor").status == 0
    told = kept.verified()
    assert (told.status, told.json["anchors"]) == (0, 3)


def test_without_anchor_or_head_there_is_nothing_to_put(
    placet: Placet, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".placet").mkdir()
    assert "`ledger.anchor_git`" in placet("audit", "anchor").err
    monkeypatch.setenv("PLACET_LEDGER__ANCHOR_FILE", "kept.txt")
    assert placet("audit", "anchor", "--json").json["error"]["code"] == "head_missing"
    assert placet("audit", "heads").out == "no head is signed\n"


async def rows(project: Path) -> dict[str, tuple[str, str]]:
    found = await examine_all(project, upgrade=False)
    return {row.what: (row.state, row.found) for row in found if row.what.startswith("ledger ")}


async def test_the_doctor_says_how_signing_head_and_anchor_stand(kept: Kept) -> None:
    told = await rows(kept.folder)
    assert [state for state, _found in told.values()] == ["ok", "ok", "ok"]
    assert told["ledger signing"][1] == "on, as `placet/merle-instruments`, every 60 s"
    assert told["ledger head"][1].startswith("covers 10 of 10 entries, signed ")
    assert told["ledger anchor"][1].startswith("file:kept.txt has 10 entries, put ")


async def test_the_doctor_alarms_when_signing_was_on_and_is_off(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLACET_LEDGER_KEY_FILE")
    assert (await rows(kept.folder))["ledger signing"] == ("fail", "off, and it was on: heads are not signed any more")


async def test_the_doctor_warns_of_an_anchor_that_lags_and_of_none(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.sql("DELETE FROM ledger_anchors WHERE size = 10")
    assert (await rows(kept.folder))["ledger anchor"][0] == "warn"
    monkeypatch.delenv("PLACET_LEDGER__ANCHOR_FILE")
    assert (await rows(kept.folder))["ledger anchor"][0] == "warn"


async def test_the_doctor_only_warns_where_signing_was_never_set_up(project: Path, placet: Placet) -> None:
    (project / ".placet").mkdir()
    assert placet("audit", "verify").status == 0
    told = await rows(project)
    assert [(what, state) for what, (state, _found) in told.items()] == [("ledger signing", "warn")]


async def test_closing_the_application_signs_what_its_last_round_had_not(
    project: Path, placet: Placet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACET_LEDGER_KEY", "1" * 64)
    async with company(project, project=load_project(project)) as co:
        co.app.start_jobs()
        await co.ask("riley", "set hooli to 120000")
    heads = placet("audit", "heads", "--json").json["heads"]
    assert heads[-1]["entries"] == placet("audit", "verify", "--json").json["entries"] > 1


async def test_a_server_with_a_key_signs_and_anchors_by_itself(
    kept: Kept,
    slack: LocalSlack,
) -> None:
    kept.write(1)
    process = await serve(kept.folder, **pointed_at(slack))
    assert process.stdout is not None
    await process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _out, err = await process.communicate()
    assert b"ledger: on, as `placet/merle-instruments`, every 60 s" in err
    told = kept.verified()
    assert (process.returncode, told.json["signed"], told.json["anchored"]) == (0, 11, 11)
