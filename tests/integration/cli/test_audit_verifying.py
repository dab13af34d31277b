"""`placet audit verify` on a database and on an export: the exact entry, the class of damage, the exit status."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.cli.commands import Placet
from tests.integration.cli.ledgers import Kept, first_finding, rewritten

Lines = list[bytes]


def test_an_export_verifies_without_its_project(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = kept.exported()
    shutil.move(out, tmp_path / "auditor")
    monkeypatch.chdir(tmp_path / "auditor")
    told = kept.judged(tmp_path / "auditor", "--anchors", str(kept.folder / "kept.txt"))
    assert told.status == 0
    assert {name: told.json[name] for name in ("ledger", "entries", "signed", "heads", "anchored", "anchors")} == {
        "ledger": "verified", "entries": 10, "signed": 10, "heads": 2, "anchored": 10, "anchors": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (lambda rows: [*rows[:6], rows[6].replace(b"find_deals", b"find_dealt"), *rows[7:]], (7, 7, "edited", "chain")),
        (lambda rows: [*rows[:2], rows[2].replace(b"find", b"f\xffnd"), *rows[3:]], (3, 3, "edited", "chain")),
        (lambda rows: [*rows[:3], rows[4], rows[3], *rows[5:]], (4, 4, "reordered", "chain")),
        (lambda rows: [*rows[:4], *rows[5:]], (5, 5, "deleted", "chain")),
        (lambda rows: [*rows[:5], rows[4], *rows[5:]], (6, 6, "inserted", "chain")),
        (lambda rows: rows[:8], (9, 10, "truncated", "head")),
    ],
)
def test_a_damaged_export_is_named_by_entry_and_class(
    kept: Kept, harm: Callable[[Lines], Lines], found: tuple[int, int, str, str]
) -> None:
    out = kept.exported()
    rewritten(out / "ledger.jsonl", harm)
    told = kept.judged(out)
    assert (told.status, first_finding(told)) == (1, found)
    assert told.json["error"]["code"] == "ledger_broken"
    assert f"error: ledger entry {found[0]} does not verify: {found[2]}" in told.err


def test_people_read_the_damage_in_a_table(kept: Kept) -> None:
    out = kept.exported()
    rewritten(out / "ledger.jsonl", lambda lines: lines[1:])
    told = kept.placet("audit", "verify", "--ledger", str(out / "ledger.jsonl"))
    assert told.status == 1
    assert "deleted" in told.out
    assert "it is missing; the next is 2" in told.out
    assert "next: keep a copy of the database" in told.err


def test_an_end_cut_off_with_its_heads_shows_against_the_kept_heads_alone(kept: Kept) -> None:
    out = kept.exported()
    rewritten(out / "ledger.jsonl", lambda lines: lines[:6])
    rewritten(out / "heads.txt", lambda lines: lines[:5])
    assert kept.judged(out).json["entries"] == 6
    told = kept.judged(out, "--anchors", str(kept.folder / "kept.txt"))
    assert (told.status, first_finding(told)) == (1, (7, 10, "truncated", "anchor"))
    assert told.json["only_anchors_tell"] is True


@pytest.mark.damages_ledger
def test_a_database_cut_off_with_its_heads_shows_against_its_anchor_alone(kept: Kept, tmp_path: Path) -> None:
    shutil.move(kept.folder / "kept.txt", tmp_path / "elsewhere.txt")
    for statement in (
        "DELETE FROM ledger WHERE seq > 6",
        "DELETE FROM ledger_anchors",
        "DELETE FROM ledger_heads WHERE size > 6",
    ):
        kept.sql(statement)
    alone = kept.verified()
    assert (alone.status, alone.json["entries"], alone.json["signed"]) == (0, 6, 6)
    assert "no anchor was given: a cut-off end" in alone.err
    told = kept.verified("--anchors", str(tmp_path / "elsewhere.txt"))
    assert (told.status, first_finding(told)) == (1, (7, 10, "truncated", "anchor"))
    people = kept.placet(
        "audit", "verify", "--public-key", kept.public_key, "--anchors", str(tmp_path / "elsewhere.txt")
    )
    assert "only an anchored head shows this" in people.out


@pytest.mark.damages_ledger
def test_the_anchors_of_the_settings_are_used_where_none_are_given(kept: Kept) -> None:
    assert kept.verified().json["anchored"] == 10
    for statement in ("DELETE FROM ledger WHERE seq > 6", "DELETE FROM ledger_heads WHERE size > 6"):
        kept.sql(statement)
    assert first_finding(kept.verified()) == (7, 10, "truncated", "anchor")


@pytest.mark.damages_ledger
def test_a_rewritten_database_contradicts_its_own_heads(kept: Kept) -> None:
    kept.sql("UPDATE ledger_heads SET note = replace(note, '10', '11') WHERE size = 10")
    told = kept.verified()
    assert told.status == 1
    assert ("signature wrong", "head") in {(one["damage"], one["seen_by"]) for one in told.json["findings"]}


def test_heads_are_not_judged_without_a_key_and_that_is_said(kept: Kept) -> None:
    told = kept.placet("audit", "verify")
    assert told.status == 0
    assert "2 signed head(s) were not judged: give --public-key FILE" in told.err


def test_another_key_does_not_vouch_for_the_heads(kept: Kept) -> None:
    other = kept.placet("audit", "key", "new", "other.pem").out
    (kept.folder / "ledger.pub").write_text(other)
    told = kept.verified()
    assert (told.status, told.json["findings"][0]["detail"]) == (1, "no known key signed it")


@pytest.mark.parametrize(
    "more",
    [
        ("--ledger", "nowhere.jsonl"),
        ("--public-key", "nowhere.pub"),
        ("--public-key", "kept.txt"),
        ("--public-key", "ledger.pub", "--anchors", "nowhere.txt"),
        ("--public-key", "ledger.pub", "--anchors", "placet.empty"),
        ("--anchors", "kept.txt"),
        ("--public-key", "ledger.pub", "--heads", "kept.txt"),
    ],
)
def test_what_cannot_be_used_is_exit_status_two(kept: Kept, more: tuple[str, ...]) -> None:
    (kept.folder / "placet.empty").touch()
    told = kept.placet("audit", "verify", *more)
    assert told.status == 2
    assert "Traceback" not in told.err


def test_a_settings_anchor_that_was_taken_away_is_not_passed_over(kept: Kept) -> None:
    (kept.folder / "kept.txt").unlink()
    told = kept.verified()
    assert (told.status, told.json["error"]["code"]) == (2, "evidence_unusable")


def test_the_exported_verifier_gives_the_same_answer_without_placet(kept: Kept) -> None:
    out = kept.exported()
    rewritten(out / "ledger.jsonl", lambda lines: [*lines[:6], lines[6].replace(b"deals", b"deeds"), *lines[7:]])
    command = [sys.executable, "-I", "verify.py", "--ledger", "ledger.jsonl", "--heads", "heads.txt"]
    done = subprocess.run(
        [*command, "--public-key", kept.public_key], cwd=out, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "DAMAGED entry 7: edited" in done.stdout


def test_the_folder_holds_what_an_auditor_needs_and_no_key(kept: Kept) -> None:
    told = kept.placet("audit", "export", "out", "--csv", "--json")
    assert json.loads(told.out) == {"exported": "out", "entries": 10, "heads": 2}
    out = kept.folder / "out"
    assert sorted(one.name for one in out.iterdir()) == [
        "README.txt", "heads.txt", "ledger.csv", "ledger.jsonl", "verify.py",
    ]  # fmt: skip
    assert out.stat().st_mode & 0o077 == 0
    assert (kept.folder / "ledger.pub").read_text().split("+")[-1].strip() not in (out / "README.txt").read_text()


@pytest.mark.parametrize(("name", "begins"), [("one.jsonl", '{"seq":1,'), ("one.csv", "number,time,what")])
def test_one_file_is_written_where_one_is_named(kept: Kept, name: str, begins: str) -> None:
    assert kept.placet("audit", "export", name).status == 0
    assert (kept.folder / name).read_text().startswith(begins)


@pytest.mark.parametrize("name", ["out", "one.jsonl"])
def test_an_export_overwrites_nothing(kept: Kept, placet: Placet, name: str) -> None:
    (kept.folder / name).write_text("the only copy")
    told = placet("audit", "export", name)
    assert told.status == 1
    assert "exists and is not overwritten" in told.err
    assert (kept.folder / name).read_text() == "the only copy"
