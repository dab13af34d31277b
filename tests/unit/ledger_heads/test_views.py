"""What each role sees of the ledger."""

from placet.ledger import Entry
from placet.ledger.views import Hide, view
from placet.vocabulary import Json

RULES = {
    "auditor": (),
    "rep": (Hide(kinds="decision.*", fields=("reason",)), Hide(kinds="tool.read", fields=("*",))),
    "clerk": (Hide(kinds="*", fields=("by",)),),
}


def entry(kind: str, **facts: Json) -> Entry:
    return Entry(seq=1, at="2026-01-01T00:00:00.000000Z", kind=kind, run="r", proposal="", facts=facts, hash="a")


DECISION = entry("decision.recorded", by="kim", reason="too high")
READ = entry("tool.read", tool="find_deals", rows=3)


def seen(one: Entry, *roles: str) -> dict[str, Json]:
    return dict(view([one], RULES, roles=roles)[0].facts)


def test_a_role_without_hidden_fields_sees_everything() -> None:
    assert view([DECISION, READ], RULES, roles=["auditor"]) == [DECISION, READ]


def test_a_hidden_field_is_named_but_not_shown() -> None:
    assert seen(DECISION, "rep") == {"by": "kim", "reason": "[hidden]"}
    assert seen(READ, "rep") == {"tool": "[hidden]", "rows": "[hidden]"}


def test_a_person_sees_what_any_of_their_roles_sees() -> None:
    assert seen(DECISION, "rep", "clerk") == {"by": "kim", "reason": "too high"}


def test_an_unknown_role_sees_that_entries_exist_and_no_facts() -> None:
    shown = view([DECISION], RULES, roles=["guest"])[0]
    assert (shown.seq, shown.kind, shown.hash) == (1, "decision.recorded", "a")
    assert dict(shown.facts) == {"by": "[hidden]", "reason": "[hidden]"}


def test_a_pattern_means_its_group_and_not_its_neighbours() -> None:
    hide = Hide(kinds="tool.*", fields=("x",))
    assert [hide.covers(kind, "x") for kind in ("tool.read", "toolbox.read", "tool")] == [True, False, False]
