"""Examples beside the policies, `policies/tests/*.yaml`: what somebody asks, and what the policy shall say.

They are run by `placet policy test`, in milliseconds and without a database, and are read by `placet check`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from placet.errors import Finding, ProjectInvalid
from placet.rules.evaluate import Question
from placet.rules.explaining import Told, tell
from placet.rules.models import Handle, ScopeText, Sentence
from placet.rules.policies import Policies
from placet.rules.shapes import Shape, nearest, read_shape
from placet.rules.strict_yaml import Document, YamlPath, read_yaml
from placet.vocabulary import Effect, Grade, Json, Mode, Person, Scope, covered, dump

EXAMPLES = "tests"
"""The folder of examples inside a policy folder."""
_NO_RULE = ("default", "mode")
"""What a ruling names as its rule where no written rule decided."""


class ChangeEntry(Shape):
    """One changed field."""

    before: Json = None
    after: Json = None


class ContextEntry(Shape):
    """The facts of a question, each with the default of a plain, trusted, confident change."""

    change: dict[str, ChangeEntry] = Field(default_factory=dict)
    record: dict[str, Json] = Field(default_factory=dict)
    confidence: str | None = "0.9"
    grade: Literal["atomic", "weak", "client_check", "none"] = Grade.ATOMIC.value
    tainted: bool = False


class ExpectEntry(Shape):
    """What shall come of it. What is left out is not compared.

    `approvers` are roles; `people` are the ids of those who may decide; `may_ask` says whether the person holds the
    scope at all.
    """

    verdict: Literal["deny", "ask", "allow"]
    rule: Handle | None = None
    approvers: tuple[Handle, ...] | None = None
    people: tuple[Handle, ...] | None = None
    quorum: Annotated[int, Field(ge=1, le=20)] | None = None
    may_ask: bool | None = None


class ExampleEntry(Shape):
    """One example. `effect` follows from the verb of the scope where it is left out."""

    name: Sentence
    as_: Annotated[Handle, Field(alias="as")]
    scope: ScopeText
    agent: Handle = "agent"
    mode: Literal["off", "shadow", "ask", "auto"] = Mode.AUTO.value
    effect: Literal["read", "write", "egress"] | None = None
    context: ContextEntry = ContextEntry()
    expect: ExpectEntry


class ExamplesFile(Shape):
    """One file of `policies/tests/`."""

    tests: Annotated[tuple[ExampleEntry, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Example:
    """One example and where it is written."""

    file: str
    line: int
    entry: ExampleEntry


@dataclass(frozen=True, slots=True)
class Checked:
    """An example that was run. `differences` holds what, expected and actual; none means that it passed."""

    example: Example
    told: Told
    differences: tuple[tuple[str, str, str], ...]

    @property
    def passed(self) -> bool:
        """Whether the policy says what the example expects."""
        return not self.differences


def read_examples(folder: Path, policies: Policies | None) -> tuple[tuple[Example, ...], list[Finding]]:
    """The examples of the folder `tests` in a policy folder, and everything wrong with them.

    With `policies`, names of people, rules and roles must exist in it. A missing folder has no examples.
    """
    examples: list[Example] = []
    findings: list[Finding] = []
    for path in sorted((folder / EXAMPLES).glob("*")):
        file = f"{folder.name}/{EXAMPLES}/{path.name}"
        if path.suffix != ".yaml" or not path.is_file():
            findings.append(Finding(file, 0, "examples are files with the ending `.yaml`"))
            continue
        try:
            document = read_yaml(path, file)
        except ProjectInvalid as error:
            findings.extend(error.findings)
            continue
        found, wrong = read_shape(document, ExamplesFile)
        entries = found.tests if found else ()
        findings.extend([*wrong, *_misnamed(document, entries, policies)])
        examples.extend(Example(file, document.line_of(("tests", at)), entry) for at, entry in enumerate(entries))
    return tuple(examples), findings


def _misnamed(document: Document, entries: Sequence[ExampleEntry], policies: Policies | None) -> Iterator[Finding]:
    names: dict[str, int] = {}
    for at, entry in enumerate(entries):
        here: YamlPath = ("tests", at)
        if entry.name in names:
            yield document.finding((*here, "name"), f"two examples are called `{entry.name}`")
        names[entry.name] = at
        if "*" in entry.scope:
            yield document.finding((*here, "scope"), "an example asks for one exact scope")
        if policies is not None:
            yield from _unknown(document, here, entry, policies)


def _unknown(document: Document, here: YamlPath, entry: ExampleEntry, policies: Policies) -> Iterator[Finding]:
    if entry.as_ not in policies.people:
        yield document.finding((*here, "as"), f"there is no person `{entry.as_}`", nearest(entry.as_, policies.people))
    rules = [*(rule.id for rule in policies.rules), *_NO_RULE]
    expect = entry.expect
    if expect.rule is not None and expect.rule not in rules:
        message = f"there is no rule `{expect.rule}`"
        yield document.finding((*here, "expect", "rule"), message, nearest(expect.rule, rules))
    known: tuple[tuple[str, tuple[str, ...], Mapping[str, object]], ...] = (
        ("approvers", expect.approvers or (), policies.roles),
        ("people", expect.people or (), policies.people),
    )
    for field, said, those in known:
        for place, one in enumerate(said):
            if one not in those:
                what = "role" if field == "approvers" else "person"
                yield document.finding(
                    (*here, "expect", field, place), f"there is no {what} `{one}`", nearest(one, those)
                )


def requester_facts(person: Person) -> dict[str, Json]:
    """What conditions may know about the person who asks."""
    return {"id": person.id, "email": person.email, "roles": [*person.roles]}


def question_of(
    person: Person, scope: Scope, context: ContextEntry, *, agent: str, mode: Mode, effect: Effect | None = None
) -> Question:
    """The question that a change with these facts asks of the policy."""
    facts = dump(context)
    assert isinstance(facts, dict)
    record: dict[str, Json] = {"id": "", **context.record}
    facts |= {"record": record, "requester": requester_facts(person), "agent": {"id": agent}}
    implied = Effect.READ if scope.verb == "read" else Effect.WRITE
    return Question(scope=scope, effect=effect or implied, mode=mode, context=facts)


def run_examples(policies: Policies, examples: Sequence[Example]) -> tuple[Checked, ...]:
    """Ask the policy each example. Never raises: `read_examples` has made sure that everybody exists."""
    return tuple(_run(policies, example) for example in examples)


def _run(policies: Policies, example: Example) -> Checked:
    entry = example.entry
    scope = Scope.parse(entry.scope)
    effect = Effect(entry.effect) if entry.effect else None
    person = policies.people[entry.as_]
    question = question_of(person, scope, entry.context, agent=entry.agent, mode=Mode(entry.mode), effect=effect)
    told = tell(policies, question, entry.as_)
    may_ask = covered(scope, policies.scopes_of(entry.as_))
    return Checked(example, told, tuple(_differences(entry.expect, told, may_ask=may_ask)))


def _differences(expect: ExpectEntry, told: Told, *, may_ask: bool) -> Iterator[tuple[str, str, str]]:
    def listed(ids: Sequence[str]) -> str:
        return ", ".join(sorted(ids)) or "nobody"

    ruling = told.ruling
    wanted: tuple[tuple[str, str | None, str], ...] = (
        ("verdict", expect.verdict, ruling.verdict.value),
        ("rule", expect.rule, ruling.rule),
        ("approvers", None if expect.approvers is None else listed(expect.approvers), listed(ruling.approvers)),
        (
            "people",
            None if expect.people is None else listed(expect.people),
            listed([one.id for one in told.approvers]),
        ),
        ("quorum", None if expect.quorum is None else str(expect.quorum), str(ruling.quorum)),
        ("may_ask", None if expect.may_ask is None else _yes(expect.may_ask), _yes(may_ask)),
    )
    for what, expected, actual in wanted:
        if expected is not None and expected != actual:
            yield what, expected, actual


def _yes(value: bool) -> str:  # noqa: FBT001 - one value in, its word out
    return "yes" if value else "no"
