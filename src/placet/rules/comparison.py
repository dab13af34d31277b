"""What differs between two policies, in words a finance lead can read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from placet.rules.calendar import WEEKDAYS, Calendar
from placet.rules.policies import Policies, Rule
from placet.vocabulary import Json, Person, Role, Verdict

Entry = TypeVar("Entry")
Kind = Literal["added", "removed", "changed"]
_HOUR = 3_600
_STRENGTH = {Verdict.ALLOW: 0, Verdict.ASK: 1, Verdict.DENY: 2}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: what (`rule`, `person`, …), which, and in words how."""

    kind: Kind
    what: str
    id: str
    words: tuple[str, ...]


def compare(before: Policies, after: Policies) -> tuple[Difference, ...]:
    """Every difference from `before` to `after`; none if both say the same."""
    rules_before, rules_after = ({one.id: one for one in each.rules} for each in (before, after))
    return (
        *_each("rule", rules_before, rules_after, _rule_words, _rule_changes),
        *_order(rules_before, rules_after),
        *_each("role", before.roles, after.roles, _role_words, _role_changes),
        *_each("person", before.people, after.people, _person_words, _person_changes),
        *_each("calendar", before.calendars, after.calendars, _calendar_words, _calendar_changes),
    )


def _each(
    what: str,
    before: Mapping[str, Entry],
    after: Mapping[str, Entry],
    words: Callable[[Entry], Iterable[str]],
    changes: Callable[[Entry, Entry], Iterable[str]],
) -> Iterator[Difference]:
    for id in dict.fromkeys((*before, *after)):
        if id not in after:
            yield Difference("removed", what, id, tuple(words(before[id])))
        elif id not in before:
            yield Difference("added", what, id, tuple(words(after[id])))
        elif found := tuple(changes(before[id], after[id])):
            yield Difference("changed", what, id, found)


def _order(before: Mapping[str, Rule], after: Mapping[str, Rule]) -> Iterator[Difference]:
    old, new = [id for id in before if id in after], [id for id in after if id in before]
    if old != new:
        words = "the rules stand in another order; among equals the first decides"
        yield Difference("changed", "order of the rules", "", (words, f"now: {', '.join(new)}"))


def _rule_words(rule: Rule) -> Iterator[str]:
    yield f"{_then(rule)} on {_scopes(rule)}"
    yield from (f"when {one.text}" for one in rule.conditions)
    yield f"because: {rule.because}"


def _then(rule: Rule) -> str:
    if rule.then is not Verdict.ASK:
        return rule.then.value
    own = "" if rule.not_requester else ", the requester included"
    return f"ask {rule.quorum} of {', '.join(rule.approvers)}{own}, for {_expiry(rule)}"


def _scopes(rule: Rule) -> str:
    return ", ".join(str(scope) for scope in rule.scopes)


def _expiry(rule: Rule) -> str:
    seconds = rule.expires_in_seconds
    length = f"{seconds / 3600:g} h" if seconds >= _HOUR else f"{seconds / 60:g} min"
    return f"{length} of working time ({rule.calendar.id})" if rule.calendar else length


def _rule_changes(old: Rule, new: Rule) -> Iterator[str]:
    if old.then is not new.then:
        sense = "stricter" if _STRENGTH[new.then] > _STRENGTH[old.then] else "looser"
        yield f"{old.then} becomes {_then(new)} ({sense})"
    elif _then(old) != _then(new):
        yield f"{_then(old)} becomes {_then(new)}"
    yield from _moved("scope", map(str, old.scopes), map(str, new.scopes))
    yield from _moved("condition", (one.text for one in old.conditions), (one.text for one in new.conditions))
    yield from _moved("escalation to", old.escalates_to, new.escalates_to)
    if old.because != new.because:
        yield f"reason: {old.because!r} becomes {new.because!r}"


def _moved(what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    before, after = list(old), list(new)
    yield from (f"{what} {one} is gone" for one in before if one not in after)
    yield from (f"{what} {one} is new" for one in after if one not in before)


def _role_words(role: Role) -> Iterator[str]:
    yield f"scopes: {', '.join(map(str, role.scopes)) or 'none'}"


def _role_changes(old: Role, new: Role) -> Iterator[str]:
    yield from _moved("scope", map(str, old.scopes), map(str, new.scopes))


def _person_words(person: Person) -> Iterator[str]:
    yield f"{person.name}, roles: {', '.join(person.roles) or 'none'}{'' if person.active else ', not active'}"


def _person_changes(old: Person, new: Person) -> Iterator[str]:
    yield from _moved("role", old.roles, new.roles)
    if old.active != new.active:
        yield "is active again" if new.active else "is not active any more"
    for name, before, after in (
        ("name", old.name, new.name),
        ("e-mail", old.email, new.email),
        ("Slack id", old.slack, new.slack),
    ):
        if before != after:
            yield f"{name} {before or 'none'} becomes {after or 'none'}"


def _calendar_words(calendar: Calendar) -> Iterator[str]:
    yield f"{calendar.zone}, {len(calendar.holidays)} holidays"
    yield from (f"{day}: {_hours(calendar, at)}" for at, day in enumerate(WEEKDAYS) if calendar.week.get(at))


def _hours(calendar: Calendar, weekday: int) -> str:
    hours = calendar.week.get(weekday, ())
    return ", ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in hours) or "free"


def _calendar_changes(old: Calendar, new: Calendar) -> Iterator[str]:
    if old.zone != new.zone:
        yield f"time zone {old.zone} becomes {new.zone}"
    for at, day in enumerate(WEEKDAYS):
        if _hours(old, at) != _hours(new, at):
            yield f"{day}: {_hours(old, at)} becomes {_hours(new, at)}"
    yield from _moved("holiday", map(str, sorted(old.holidays)), map(str, sorted(new.holidays)))


def comparison_json(differences: Sequence[Difference]) -> list[Json]:
    """The differences as a JSON list."""
    return [{"kind": one.kind, "what": one.what, "id": one.id, "words": [*one.words]} for one in differences]
