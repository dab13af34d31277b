"""`expires: 4h working`, and the file of calendars."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from placet.errors import Finding, ProjectInvalid
from placet.rules import Policies, Question, evaluate, load_policies
from placet.vocabulary import Effect, Mode, Scope

PolicyFolder = Callable[..., Path]
OFFICE = 'calendars:\n  - {id: office, zone: Europe/Berlin, week: {monday: ["09:00-17:00"], friday: ["09:00-17:00"]}}\n'
RULE = """\
rules:
  - id: amount
    on: [crm.deal:update]
    then: ask
    approvers: {role: director}
    expires: 4h working
    because: A director confirms amounts.
"""
FRIDAY_EVENING = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
QUESTION = Question(scope=Scope.parse("crm.deal:update"), effect=Effect.WRITE, mode=Mode.AUTO, context={})


def with_calendars(folder: Path, text: str = OFFICE) -> Path:
    (folder / "calendars.yaml").write_text(text, encoding="utf-8")
    return folder


def findings(folder: Path) -> list[Finding]:
    with pytest.raises(ProjectInvalid) as caught:
        load_policies(folder)
    return list(caught.value.findings)


def test_a_card_of_friday_evening_can_be_decided_until_monday_noon(policy_folder: PolicyFolder) -> None:
    policies = load_policies(with_calendars(policy_folder(RULE)))
    seconds = evaluate(policies, QUESTION, now=FRIDAY_EVENING).expires_in_seconds
    assert seconds == (2 * 24 + 19) * 3_600  # Monday 13:00 in Berlin is 12:00 UTC


@pytest.mark.parametrize("now", [None, datetime(2026, 11, 20), datetime.max.replace(tzinfo=UTC)])  # noqa: DTZ001 - a clock without a zone is the case
def test_without_a_usable_clock_the_shorter_real_time_holds(policy_folder: PolicyFolder, now: datetime | None) -> None:
    policies = load_policies(with_calendars(policy_folder(RULE)))
    assert evaluate(policies, QUESTION, now=now).expires_in_seconds == 4 * 3_600


def test_calendars_are_part_of_the_hash(policy_folder: PolicyFolder) -> None:
    first = load_policies(with_calendars(policy_folder(RULE)))
    second = load_policies(with_calendars(policy_folder(RULE), OFFICE.replace("17:00", "18:00")))
    assert first.hash != second.hash


def test_a_policy_without_working_time_needs_no_calendar(policies_of: Callable[[str], Policies]) -> None:
    assert policies_of(RULE.replace(" working", "")).calendars == {}


@pytest.mark.parametrize(
    ("rule", "calendars", "line", "said"),
    [
        (RULE, "", 6, "working time needs `calendar`"),
        (RULE + "    calendar: ofice\n", OFFICE, 8, "there is no calendar `ofice`"),
        (RULE.replace("4h working", "1d working"), OFFICE, 6, "is not a length of working time"),
        (RULE.replace("4h working", "201h working"), OFFICE, 6, "is not a length of working time"),
        (RULE.replace(" working", "") + "    calendar: office\n", OFFICE, 2, "write `expires: 4h working`"),
        (RULE, OFFICE.replace("Europe/Berlin", "Europe/Berlni"), 2, "there is no time zone `Europe/Berlni`"),
        (RULE, OFFICE.replace("Europe/Berlin", "../etc/passwd"), 2, "there is no time zone"),
        (RULE, OFFICE.replace("09:00-17:00", "17:00-09:00"), 2, "ends before it begins"),
        (RULE, OFFICE.replace("09:00-17:00", "9-17"), 2, "string should match pattern"),
        (RULE, OFFICE.replace('["09:00-17:00"]', "[]"), 2, "at least one working hour"),
        (RULE, OFFICE.replace('"09:00-17:00"', '"09:00-17:00", "16:00-18:00"'), 2, "do not overlap"),
        (RULE, OFFICE.replace("}}", "}, holidays: [2026-13-01]}"), 2, "month must be in 1..12"),
    ],
)
def test_a_wrong_calendar_is_refused_with_its_line(
    policy_folder: PolicyFolder, rule: str, calendars: str, line: int, said: str
) -> None:
    found = findings(with_calendars(policy_folder(rule), calendars))
    assert any(one.line == line and said in one.message for one in found), found
