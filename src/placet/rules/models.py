"""The shape of the policy files, exactly as they are written. Meaning is given to them in `policies.py`."""

from datetime import date, time
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from placet.rules.calendar import Hours
from placet.rules.durations import DURATION_PATTERN, is_working, seconds_in, working_seconds_in
from placet.rules.shapes import Shape
from placet.vocabulary import Scope

LONGEST_CONDITION = 500
"""Characters. The CEL parser overflows the process's stack on chains of thousands of operators (measured: 20,000)."""


def _scope(text: str) -> str:
    Scope.parse(text)
    return text


def _duration(text: str) -> str:
    seconds_in(text)
    return text


def _expiry(text: str) -> str:
    working_seconds_in(text) if is_working(text) else seconds_in(text)
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError(f"there is no time zone `{name}`; write one such as `Europe/Berlin`") from None
    return name


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


def hours_of(text: str) -> Hours:
    """`09:00-17:30` as two times of a day; an end of `24:00` is midnight.

    Raises:
        ValueError: the end is not later than the beginning.
    """
    opens, _sign, closes = text.partition("-")
    end = time() if closes == "24:00" else time.fromisoformat(closes)
    if closes != "24:00" and end <= time.fromisoformat(opens):
        raise ValueError(f"`{text}` ends before it begins; hours over midnight are written on both days")
    return time.fromisoformat(opens), end


def _hours(text: str) -> str:
    hours_of(text)
    return text


Handle = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
"""Ids of people, roles, rules and agents: lower case, digits and hyphens, at most 64 characters."""
Sentence = Annotated[str, Field(min_length=1, max_length=500)]
SCOPE_PATTERN: Final = r"^[a-z][a-z0-9_]*\.([a-z][a-z0-9_]*|\*):([a-z][a-z0-9_]*|\*)$"
_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]"
LEAST_WEEK_MINUTES: Final = 60
"""A calendar with less could not be counted through within the years that dates have."""

ScopeText = Annotated[str, AfterValidator(_scope), Field(json_schema_extra={"pattern": SCOPE_PATTERN})]
DurationText = Annotated[str, AfterValidator(_duration), Field(json_schema_extra={"pattern": DURATION_PATTERN})]
ExpiryText = Annotated[str, AfterValidator(_expiry), Field(json_schema_extra={"pattern": DURATION_PATTERN})]
HoursText = Annotated[str, Field(pattern=rf"^{_CLOCK}-({_CLOCK}|24:00)$"), AfterValidator(_hours)]
DayText = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_day)]
ConditionText = Annotated[str, Field(min_length=1, max_length=LONGEST_CONDITION)]


class PersonEntry(Shape):
    """One person of `policies/people.yaml`. `slack` is the Slack user id, empty for people without Slack."""

    id: Handle
    name: Sentence
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)]
    slack: Annotated[str, Field(pattern=r"^([UW][A-Z0-9]{2,30})?$")] = ""
    roles: tuple[Handle, ...] = ()
    active: bool = True


class PeopleFile(Shape):
    """`policies/people.yaml`."""

    people: tuple[PersonEntry, ...] = ()


class RoleEntry(Shape):
    """One role of `policies/roles.yaml`."""

    id: Handle
    scopes: tuple[ScopeText, ...] = ()


class RolesFile(Shape):
    """`policies/roles.yaml`."""

    roles: tuple[RoleEntry, ...] = ()


class ApproversEntry(Shape):
    """Who decides: `quorum` distinct people who hold `role`; `not` keeps the requester out unless it is `[]`."""

    role: Handle
    quorum: Annotated[int, Field(ge=1, le=20)] = 1
    not_: Annotated[tuple[Literal["requester"], ...], Field(alias="not")] = ("requester",)


class NextRole(Shape):
    """Whom an escalation reaches."""

    role: Handle


class EscalationEntry(Shape):
    """When nobody decided for so long, another role is told."""

    after: DurationText
    to: NextRole


_ASK_NEEDS_APPROVERS: Final[dict[str, Any]] = {
    "if": {"properties": {"then": {"const": "ask"}}},
    "then": {"required": ["approvers"]},
    "else": {"properties": {"approvers": False, "expires": False, "escalate": False, "calendar": False}},
}


class RuleEntry(Shape):
    """One rule of `policies/rules.yaml` (DESIGN §5). All conditions of `when` must hold; none means always."""

    model_config = ConfigDict(json_schema_extra=_ASK_NEEDS_APPROVERS)

    id: Handle
    on: Annotated[tuple[ScopeText, ...], Field(min_length=1)]
    when: tuple[ConditionText, ...] = ()
    then: Literal["deny", "ask", "allow"]
    approvers: ApproversEntry | None = None
    expires: ExpiryText = "4h"
    calendar: Handle | None = None
    escalate: tuple[EscalationEntry, ...] = ()
    because: Sentence

    @model_validator(mode="after")
    def _approvers_fit(self) -> "RuleEntry":
        if self.then == "ask" and self.approvers is None:
            raise ValueError("an `ask` rule needs `approvers`")
        if self.then != "ask" and {"approvers", "expires", "escalate", "calendar"} & self.model_fields_set:
            raise ValueError(
                f"`approvers`, `expires`, `calendar` and `escalate` belong to `ask` rules, not to `{self.then}`"
            )
        if self.calendar is not None and not is_working(self.expires):
            raise ValueError("`calendar` counts working time; write `expires: 4h working` beside it")
        return self


class RulesFile(Shape):
    """`policies/rules.yaml`."""

    rules: tuple[RuleEntry, ...] = ()


class WeekEntry(Shape):
    """The hours of each weekday, in order; a day without any is free."""

    monday: tuple[HoursText, ...] = ()
    tuesday: tuple[HoursText, ...] = ()
    wednesday: tuple[HoursText, ...] = ()
    thursday: tuple[HoursText, ...] = ()
    friday: tuple[HoursText, ...] = ()
    saturday: tuple[HoursText, ...] = ()
    sunday: tuple[HoursText, ...] = ()

    def days(self) -> tuple[tuple[Hours, ...], ...]:
        """The hours of the seven days, Monday first."""
        named = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday)
        return tuple(tuple(hours_of(text) for text in day) for day in named)

    @model_validator(mode="after")
    def _hours_fit(self) -> "WeekEntry":
        minutes = 0
        for day in self.days():
            edges = [60 * one.hour + one.minute for hours in day for one in hours]
            edges = [*edges[:-1], edges[-1] or 24 * 60] if edges else edges
            if edges != sorted(edges):
                raise ValueError("the hours of a day stand in order and do not overlap")
            minutes += sum(edges[1::2]) - sum(edges[::2])
        if minutes < LEAST_WEEK_MINUTES:
            raise ValueError("a week has at least one working hour")
        return self


class CalendarEntry(Shape):
    """One calendar of `policies/calendars.yaml`. `zone` is a name of the IANA time zone database."""

    id: Handle
    zone: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_zone)]
    week: WeekEntry
    holidays: Annotated[tuple[DayText, ...], Field(max_length=1000)] = ()


class CalendarsFile(Shape):
    """`policies/calendars.yaml`; the file may be missing."""

    calendars: tuple[CalendarEntry, ...] = ()
