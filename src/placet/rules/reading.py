"""Reads a policy folder and reports everything wrong with it at once."""

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from placet.errors import Finding, ProjectInvalid
from placet.rules.calendar import Calendar
from placet.rules.conditions import CelCondition, compile_condition
from placet.rules.durations import is_working, seconds_in, working_seconds_in
from placet.rules.models import (
    CalendarEntry,
    CalendarsFile,
    PeopleFile,
    PersonEntry,
    RoleEntry,
    RolesFile,
    RuleEntry,
    RulesFile,
)
from placet.rules.policies import Policies, Rule
from placet.rules.shapes import Shape, nearest, read_shape
from placet.rules.strict_yaml import Document, YamlPath, read_yaml
from placet.vocabulary import Person, Role, Scope, Verdict, sha256

FILES = ("people.yaml", "roles.yaml", "rules.yaml", "calendars.yaml")
FileModel = TypeVar("FileModel", bound=Shape)


def load_policies(folder: Path) -> Policies:
    """Read `people.yaml`, `roles.yaml`, `rules.yaml` and, if it is there, `calendars.yaml` of a policy folder.

    An empty `rules.yaml` is valid: every write is then refused, and the ruling says why.

    Raises:
        ProjectInvalid: with all findings, each with file (relative to the project) and line.
    """
    reading = _Reading(folder)
    reading.unknown_files()
    people_document, people = reading.file("people.yaml", PeopleFile)
    roles_document, roles = reading.file("roles.yaml", RolesFile)
    rules_document, rules = reading.file("rules.yaml", RulesFile)
    calendars_document, calendars = reading.optional("calendars.yaml", CalendarsFile)
    if people is None or roles is None or rules is None or calendars is None:
        raise ProjectInvalid(findings=tuple(reading.findings))
    reading.check_roles(roles_document, roles.roles)
    reading.check_people(people_document, people.people, roles.roles)
    ready = reading.check_calendars(calendars_document, calendars.calendars)
    compiled = reading.check_rules(rules_document, rules.rules, people.people, roles.roles, ready)
    if reading.findings:
        raise ProjectInvalid(findings=tuple(reading.findings))
    return Policies(
        people={one.id: Person(**one.model_dump()) for one in people.people},
        roles={one.id: Role(id=one.id, scopes=tuple(Scope.parse(text) for text in one.scopes)) for one in roles.roles},
        rules=compiled,
        hash=_hash(people, roles, rules, calendars),
        calendars=ready,
    )


def _hash(people: Shape, roles: Shape, rules: Shape, calendars: CalendarsFile) -> str:
    everything: dict[str, Shape] = {"people": people, "roles": roles, "rules": rules}
    if calendars.calendars:
        everything["calendars"] = calendars
    data = {name: one.model_dump(mode="json", by_alias=True) for name, one in everything.items()}
    # For data of text, integers and ASCII keys this is the RFC 8785 form, ten times as quick as the general way.
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(unicodedata.normalize("NFC", text).encode())


@dataclass
class _Reading:
    """Collects findings over all files of one folder."""

    folder: Path
    findings: list[Finding] = field(default_factory=list)

    def _name(self, file: str) -> str:
        return f"{self.folder.name}/{file}"

    def unknown_files(self) -> None:
        for path in sorted(self.folder.glob("*.y*ml")):
            if path.name not in FILES:
                self.findings.append(
                    Finding(self._name(path.name), 0, "no policy file has this name", nearest(path.name, FILES))
                )

    def file(self, file: str, model: type[FileModel]) -> tuple[Document, FileModel | None]:
        missing = Document(self._name(file), None, {})
        path = self.folder / file
        if not path.is_file():
            self.findings.append(Finding(missing.file, 0, "the file is missing"))
            return missing, None
        try:
            document = read_yaml(path, missing.file)
        except ProjectInvalid as error:
            self.findings.extend(error.findings)
            return missing, None
        entries, findings = read_shape(document, model)
        self.findings.extend(findings)
        return document, entries

    def optional(self, file: str, model: type[FileModel]) -> tuple[Document, FileModel | None]:
        if (self.folder / file).is_file():
            return self.file(file, model)
        return Document(self._name(file), None, {}), model()

    def _once(self, document: Document, key: str, what: str, values: Iterable[tuple[str, YamlPath]]) -> None:
        first: dict[str, YamlPath] = {}
        for value, path in values:
            if value and value in first:
                line = document.line_of(first[value])
                self.findings.append(document.finding(path, f"{what} `{value}` is {key} twice, first in line {line}"))
            first.setdefault(value, path)

    def check_roles(self, document: Document, roles: tuple[RoleEntry, ...]) -> None:
        ids = ((one.id, ("roles", at, "id")) for at, one in enumerate(roles))
        self._once(document, "defined", "role", ids)

    def check_people(self, document: Document, people: tuple[PersonEntry, ...], roles: tuple[RoleEntry, ...]) -> None:
        def each(name: str, value: Callable[[PersonEntry], str]) -> Iterable[tuple[str, YamlPath]]:
            return ((value(one), ("people", at, name)) for at, one in enumerate(people))

        self._once(document, "defined", "person", each("id", lambda one: one.id))
        self._once(document, "used", "Slack id", each("slack", lambda one: one.slack))
        self._once(document, "used", "e-mail address", each("email", lambda one: one.email.casefold()))
        known = [one.id for one in roles]
        for at, person in enumerate(people):
            for place, role in enumerate(person.roles):
                self._role_known(document, ("people", at, "roles", place), role, known)

    def _role_known(self, document: Document, path: YamlPath, role: str, known: list[str]) -> bool:
        if role not in known:
            self.findings.append(document.finding(path, f"there is no role `{role}`", nearest(role, known)))
        return role in known

    def check_rules(
        self,
        document: Document,
        rules: tuple[RuleEntry, ...],
        people: tuple[PersonEntry, ...],
        roles: tuple[RoleEntry, ...],
        calendars: Mapping[str, Calendar],
    ) -> tuple[Rule, ...]:
        self._once(document, "used", "rule id", ((one.id, ("rules", at, "id")) for at, one in enumerate(rules)))
        known = [one.id for one in roles]
        holders = {role: sum(one.active and role in one.roles for one in people) for role in known}
        compiled = []
        for at, entry in enumerate(rules):
            self._check_approvers(document, ("rules", at), entry, holders)
            self._check_escalation(document, ("rules", at, "escalate"), entry, holders)
            calendar = self._calendar_of(document, ("rules", at), entry, calendars)
            compiled.append(self._compile(document, at, entry, calendar))
        return tuple(compiled)

    def _check_approvers(
        self, document: Document, path: YamlPath, entry: RuleEntry, holders: Mapping[str, int]
    ) -> None:
        approvers = entry.approvers
        where = (*path, "approvers", "role")
        if approvers is None or not self._role_known(document, where, approvers.role, list(holders)):
            return
        count = holders[approvers.role]
        if count == 0:
            self.findings.append(
                document.finding(where, f"nobody active holds the role `{approvers.role}`, so nobody could approve")
            )
        elif count < approvers.quorum:
            message = f"the quorum is {approvers.quorum}, but only {count} active people hold `{approvers.role}`"
            self.findings.append(document.finding((*path, "approvers", "quorum"), message))

    def _check_escalation(
        self, document: Document, path: YamlPath, entry: RuleEntry, holders: Mapping[str, int]
    ) -> None:
        for place, step in enumerate(entry.escalate):
            where = (*path, place, "to", "role")
            if self._role_known(document, where, step.to.role, list(holders)) and not holders[step.to.role]:
                message = f"nobody active holds the role `{step.to.role}`, so the escalation reaches nobody"
                self.findings.append(document.finding(where, message))

    def check_calendars(self, document: Document, entries: tuple[CalendarEntry, ...]) -> dict[str, Calendar]:
        ids = ((one.id, ("calendars", at, "id")) for at, one in enumerate(entries))
        self._once(document, "defined", "calendar", ids)
        return {
            one.id: Calendar(
                id=one.id,
                zone=one.zone,
                week=dict(enumerate(one.week.days())),
                holidays=frozenset(date.fromisoformat(day) for day in one.holidays),
            )
            for one in entries
        }

    def _calendar_of(
        self, document: Document, path: YamlPath, entry: RuleEntry, calendars: Mapping[str, Calendar]
    ) -> Calendar | None:
        """The calendar an expiry in working time counts by: the one named, or the only one there is."""
        if not is_working(entry.expires):
            return None
        if entry.calendar is None and len(calendars) == 1:
            return next(iter(calendars.values()))
        if entry.calendar is None:
            message = "working time needs `calendar`, the id of one in policies/calendars.yaml"
            self.findings.append(document.finding((*path, "expires"), message))
        elif entry.calendar not in calendars:
            message = f"there is no calendar `{entry.calendar}`"
            close = nearest(entry.calendar, calendars)
            self.findings.append(document.finding((*path, "calendar"), message, close))
        return calendars.get(entry.calendar or "")

    def _compile(self, document: Document, at: int, entry: RuleEntry, calendar: Calendar | None) -> Rule:
        conditions: list[CelCondition] = []
        for place, text in enumerate(entry.when):
            try:
                conditions.append(compile_condition(text))
            except ValueError as error:
                self.findings.append(document.finding(("rules", at, "when", place), str(error)))
        if entry.then == "ask" and any(Scope.parse(text).verb == "read" for text in entry.on):
            self.findings.append(document.finding(("rules", at, "on"), "a read cannot wait for a person; deny it"))
        approvers = entry.approvers
        return Rule(
            id=entry.id,
            scopes=tuple(Scope.parse(text) for text in entry.on),
            conditions=tuple(conditions),
            then=Verdict(entry.then),
            approvers=(approvers.role,) if approvers else (),
            quorum=approvers.quorum if approvers else 1,
            not_requester="requester" in approvers.not_ if approvers else True,
            expires_in_seconds=_seconds(entry.expires),
            because=entry.because,
            file=document.file,
            line=document.line_of(("rules", at, "id")),
            calendar=calendar,
            escalates_to=tuple(step.to.role for step in entry.escalate),
        )


def _seconds(expires: str) -> int:
    return working_seconds_in(expires) if is_working(expires) else seconds_in(expires)
