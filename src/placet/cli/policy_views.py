"""What `placet policy` shows people, and its JUnit report."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from placet.cli.output import Output, shown

if TYPE_CHECKING:
    from placet.rules import Checked, Policies, Question, Simulation, Told, WhoCan
    from placet.vocabulary import Json, Person, Proposal

_LISTED = 30
"""Most cases a table lists; `--json` and `--html` have more."""


def draw_who_can(out: Output, found: "WhoCan") -> None:
    """People, agents and rules of one scope."""
    out.line(f"{found.scope}")
    out.table(
        ("who may ask", "through the role"),
        [(f"{one.person.name} ({one.person.id})", ", ".join(one.roles)) for one in found.askers],
    )
    out.table(
        ("agent", "mode", "tools"), [(way.agent, way.mode.value, ", ".join(way.tools) or "none") for way in found.ways]
    )
    rows = [
        (
            rule.id,
            rule.then.value,
            "\n".join(one.text for one in rule.conditions) or "always",
            _approvers(people, rule.approvers, rule.quorum, not_requester=rule.not_requester),
        )
        for rule, people in found.rules
    ]
    if rows:
        out.table(("rule", "then", "when", "who approves"), rows)
    for gap in found.gaps:
        out.line(f"note: {gap}")


def _approvers(people: "Sequence[Person]", roles: Sequence[str], quorum: int, *, not_requester: bool) -> str:
    if not roles:
        return ""
    names = ", ".join(one.name for one in people) or "nobody"
    own = ", not who asked" if not_requester else ""
    return f"{quorum} of {names} ({', '.join(roles)}{own})"


def draw_told(
    out: Output,
    policies: "Policies",
    question: "Question",
    requester: str,
    told: "Told",
    stored: "Proposal | None" = None,
) -> None:
    """An explanation: the verdict first, then every rule that concerns the scope."""
    from placet.vocabulary import covered

    ruling = told.ruling
    out.line(f"{question.scope}: {ruling.verdict} by {ruling.rule}")
    person = policies.people.get(requester)
    out.facts(
        [
            ("because", ruling.because),
            ("why this rule", told.why),
            ("who may approve", _names(told)),
            ("expires after", f"{ruling.expires_in_seconds // 60} min" if told.approvers else ""),
            ("asked by", person.name if person else requester),
            ("agent's mode", question.mode.value),
            ("ruled then", _then(stored, policies) if stored else ""),
        ]
    )
    if not covered(question.scope, policies.scopes_of(requester)):
        out.line(f"note: {requester} does not hold {question.scope}, so no tool with it is offered to the model")
    rows = []
    for rule in told.rules:
        rows.append((rule.id, rule.then.value, "", rule.note, ""))
        for one in rule.conditions:
            values = ", ".join(f"{name} = {value}" for name, value in one.values)
            rows.append(("", "", one.text, one.answer + (f": {one.detail}" if one.detail else ""), values))
    if rows:
        out.table(("rule", "then", "condition", "answer", "values"), rows)
    else:
        out.line("no rule speaks about this scope")


def _names(told: "Told") -> str:
    names = ", ".join(f"{one.name} ({one.id})" for one in told.approvers)
    return f"{told.ruling.quorum} of {names}" if names else ""


def _then(stored: "Proposal", policies: "Policies") -> str:
    ruling = stored.ruling
    same = "the same policy" if ruling.policy_hash == policies.hash else "another policy"
    return f"{ruling.verdict} by {ruling.rule}, under {same} ({ruling.policy_hash[:12]})"


def draw_checked(out: Output, checked: "Sequence[Checked]") -> None:
    """The examples that ran; each that differs with expected, actual and the explanation."""
    rows = [
        ("ok" if one.passed else "fail", one.example.entry.name, one.example.entry.as_, one.example.entry.scope,
         f"{one.told.ruling.verdict} by {one.told.ruling.rule}")
        for one in checked
    ]  # fmt: skip
    if rows:
        out.table(("", "example", "as", "scope", "the policy says"), rows)
    failed = [one for one in checked if not one.passed]
    for one in failed:
        out.line()
        for text in _failure(one):
            out.line(text)
    out.line(f"{len(checked) - len(failed)} of {len(checked)} examples are as expected")


def _failure(one: "Checked") -> list[str]:
    """A failed example in lines: where, what differs, and what every rule said."""
    lines = [f"{one.example.file}:{one.example.line}: {one.example.entry.name}"]
    lines += [
        f"    {what}: expected {expected}, the policy says {actual}" for what, expected, actual in one.differences
    ]
    lines.append(f"    why: {one.told.why}")
    for rule in one.told.rules:
        lines.append(f"    {rule.id} ({rule.then}): {rule.note}")
        for each in rule.conditions:
            values = ", ".join(f"{name} = {value}" for name, value in each.values)
            lines.append(f"        {each.answer}: {each.text}{f'  [{values}]' if values else ''}")
    return lines


def checked_json(one: "Checked") -> "dict[str, Json]":
    """One example that ran, as JSON."""
    from placet.rules.explaining import told_json

    return {
        "name": one.example.entry.name,
        "file": one.example.file,
        "line": one.example.line,
        "passed": one.passed,
        "differences": [
            {"what": what, "expected": expected, "actual": actual} for what, expected, actual in one.differences
        ],
        "told": told_json(one.told),
    }


def junit_report(checked: "Sequence[Checked]") -> str:
    """The examples as JUnit XML, one suite a file. Control characters are written out: XML has none."""
    files = dict.fromkeys(one.example.file for one in checked)
    suites = []
    for file in files:
        mine = [one for one in checked if one.example.file == file]
        failed = sum(not one.passed for one in mine)
        cases = "".join(_junit_case(one) for one in mine)
        suites.append(
            f'<testsuite name={_attribute(file)} tests="{len(mine)}" failures="{failed}">\n{cases}</testsuite>\n'
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{"".join(suites)}</testsuites>\n'


def _junit_case(one: "Checked") -> str:
    head = f"<testcase classname={_attribute(one.example.file)} name={_attribute(one.example.entry.name)}"
    if one.passed:
        return f"{head}/>\n"
    message = "; ".join(f"{what}: expected {expected}, got {actual}" for what, expected, actual in one.differences)
    told = escape(shown("\n".join(_failure(one))))
    return f"{head}><failure message={_attribute(message)}>{told}</failure></testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(shown(text))


def draw_simulation(out: Output, result: "Simulation", compared: str) -> None:
    """What a replay came to: verdicts, cost, rules, and the first cases that flip."""
    out.line(compared)
    rows: list[tuple[str, int | str, int | str]] = [
        (word, result.verdicts_before[word], result.verdicts_after[word]) for word in ("deny", "ask", "allow")
    ]
    rows.append(("approvals asked", result.approvals_before, result.approvals_after))
    rows.append(("approver minutes", f"{result.minutes_before:,.0f}", f"{result.minutes_after:,.0f}"))
    out.table(("", "before", "after"), rows)
    out.line(f"counted with {result.time}")
    names = sorted({*result.rules_before, *result.rules_after})
    if names:
        out.table(("rule", "before", "after"), [(n, result.rules_before[n], result.rules_after[n]) for n in names])
    if result.flips:
        out.table(("change", "cases"), result.kinds.most_common())
        cases = [
            (flip.case.id, f"{flip.case.at:%Y-%m-%d %H:%M}", flip.kind, flip.case.title,
             f"{flip.case.before.rule} → {flip.after.rule}")
            for flip in result.flips[:_LISTED]
        ]  # fmt: skip
        more = f"the first {_LISTED} of {len(result.flips)}" if len(result.flips) > _LISTED else ""
        out.table(("proposal", "when (UTC)", "change", "what", "rule"), cases, title=more)
    else:
        out.line("nothing would be ruled otherwise")
    if result.without_facts:
        out.line(f"{result.without_facts} older proposals have no stored facts and are left out")
    out.hint(f"note: {result.blind_spot}")
