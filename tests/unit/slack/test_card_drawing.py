"""Cards, part by part: what an approver reads in each state, and when there is no Approve button."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.slack.drafts import Ward, buttons, change, draft, kinds, table_of, words

from placet.slack.cards import APPROVE, REJECT
from placet.vocabulary import DecisionKind, Evidence, FieldChange, Operation, OperationKind, ProposalState, Undo

APPROVED, REJECTED = DecisionKind.APPROVE, DecisionKind.REJECT


def test_a_card_has_the_parts_an_approver_needs_in_order(ward: Ward) -> None:
    card = ward.proposed().card()
    assert kinds(card) == ["header", "rich_text", "table", "section", "context", "actions"]
    assert card.text == "Approval needed: Hooli expansion: amount 100 → 120 (+20.0 %)"
    assert table_of(card) == [["Field", "Now", "After"], ["Amount", "100", "120  (+20.0 %)"]]
    assert buttons(card) == [APPROVE, REJECT]


def test_a_card_says_who_asked_why_here_how_safe_and_until_when(ward: Ward) -> None:
    text = words(ward.proposed(draft(confidence="0.34")).card())
    assert "Riley Park" in text
    assert "set hooli to 120" in text
    assert "*Why it needs a person:* A director confirms it." in text
    assert "*0 of 1 approved* · expires <!date^1767618000^{date_short_pretty} {time}|2026-01-05 13:00 UTC>" in text
    assert "rule `amount-changes`" in text
    assert "Can be undone while nobody changed the record" in text
    assert "agent 34 % sure · P-AAAA r1" in text
    assert "Hooli expansion (OPP-1) in crm.opportunity" in text


def test_a_new_record_shows_its_values_without_a_before(ward: Ward) -> None:
    rows = (change("account", None, "ACC-1", after_words="Hooli (ACC-1)"), change("text", None, "Called"))
    card = ward.proposed(draft(kind=OperationKind.CREATE, changes=rows, record_name="Called")).card()
    assert table_of(card) == [["Field", "New value"], ["Account", "Hooli (ACC-1)"], ["Text", "Called"]]


def test_a_field_that_stays_as_it_is_is_shown_too(ward: Ward) -> None:
    card = ward.proposed(draft(fields={"amount": 120, "close_date": "2026-02-01"})).card()
    assert table_of(card)[2] == ["close date", "2026-02-01", "2026-02-01  (unchanged)"]
    assert APPROVE in buttons(card)


def test_cascades_and_evidence_are_listed_and_outside_text_is_marked(ward: Ward) -> None:
    evidence = (Evidence(text="Ship to Oslo", source="e-mail 7", tainted=True), Evidence(text="42", source="stock"))
    text = words(ward.proposed(draft(cascades=("post an invoice",), evidence=evidence, undo=Undo.COMPENSATE)).card())
    assert "This will also:\npost an invoice" in text
    assert "Ship to Oslo\n (e-mail 7)\n from outside\n42\n (stock)" in text
    assert "Cannot be undone, only countered by another document" in text


@pytest.mark.parametrize(
    ("path", "headline", "told"),
    [
        ((), "✅", "Approved by *Dana Okafor*"),
        ((ProposalState.EXECUTING,), "⏳", "recorded, being written to crm"),
        ((ProposalState.EXECUTING, ProposalState.DONE), "✅", "written to crm <!date^"),
        ((ProposalState.EXECUTING, ProposalState.FAILED), "❌", "not written to crm; nothing was changed"),
        ((ProposalState.EXECUTING, ProposalState.STALE), "⚠️", "the record changed after this card was drawn"),
        ((ProposalState.EXECUTING, ProposalState.UNKNOWN), "❓", "`placet proposals settle P-AAAA --done`"),
        ((ProposalState.CANCELLED,), "🚫", "Withdrawn; nothing was changed"),
        ((ProposalState.EXPIRED,), "⌛", "Nobody decided before"),
    ],
)
def test_after_an_approval_the_card_says_what_became_of_it(
    ward: Ward, path: tuple[ProposalState, ...], headline: str, told: str
) -> None:
    receipt = {"at": "2026-01-05T09:00:00.000000Z", "verified": True}
    ward.proposed().decided(APPROVED)
    card = (ward.moved(*path, receipt=receipt, reason="the disk is full") if path else ward).card()
    assert words(card).startswith(f"{headline} Hooli expansion")
    assert told in words(card)
    assert buttons(card) == []


def test_a_written_change_says_whether_it_was_read_back(ward: Ward) -> None:
    done = (ProposalState.EXECUTING, ProposalState.DONE)
    ward.proposed().decided(APPROVED).moved(*done, receipt={"at": "2026-01-05T09:00:00.000000Z", "verified": None})
    assert "not read back" in words(ward.card())


def test_a_failure_gives_the_systems_reason(ward: Ward) -> None:
    ward.proposed().decided(APPROVED).moved(ProposalState.EXECUTING, ProposalState.FAILED, reason="no such stage")
    assert "no such stage" in words(ward.card())


def test_a_rejection_shows_who_and_why_and_loses_its_buttons(ward: Ward) -> None:
    card = ward.proposed().decided(REJECTED, reason="three zeros are missing").card()
    assert words(card).startswith("⛔ Hooli expansion")
    assert "three zeros are missing" in words(card)
    assert "Rejected by *Dana Okafor*" in words(card)
    assert card.text.startswith("Rejected: ")
    assert buttons(card) == []


def test_a_card_past_its_time_has_no_buttons_even_before_the_clock_has_worked(ward: Ward) -> None:
    ward.proposed()
    ward.clock.advance(timedelta(hours=5))
    card = ward.card()
    assert (buttons(card), card.text.split(":")[0]) == ([], "Expired")


def test_somebody_who_may_not_decide_sees_no_buttons(ward: Ward) -> None:
    card = ward.proposed().card("riley")
    assert buttons(card) == []
    assert "waiting for Dana Okafor (sales-director)" in words(card)


def test_the_first_of_two_approvers_sees_that_another_is_missing(ward: Ward) -> None:
    people = {**ward.policies.people, "omar": replace(ward.policies.people["omar"], roles=("sales-director",))}
    ward.policies = replace(ward.policies, people=people)
    ward.proposed(draft(ruling=replace(draft().ruling, quorum=2))).decided(APPROVED)
    assert buttons(ward.card("dana")) == []
    assert "1 of 2 approved" in words(ward.card("dana"))
    assert "waiting for Omar Reyes (sales-director)" in words(ward.card("dana"))
    assert buttons(ward.card("omar")) == [APPROVE, REJECT]


# --- several changes -------------------------------------------------------------------------------------


def test_each_of_several_changes_has_its_own_diff_and_buttons(ward: Ward) -> None:
    card = ward.proposed(draft(), draft(id="P-BBBB", position=1, title="Second deal: amount 100 → 120")).card()
    assert words(card).startswith("2 changes to decide")
    assert buttons(card) == [APPROVE, REJECT, APPROVE, REJECT]
    assert "Amount: \n100 → \n120  (+20.0 %)" in words(card)
    assert card.text == "Approval needed: 2 changes to decide, asked by Riley Park"
    assert "table" not in kinds(card)


def test_a_decided_change_loses_its_buttons_and_the_others_keep_theirs(ward: Ward) -> None:
    ward.proposed(draft(), draft(id="P-BBBB", position=1)).decided(REJECTED, reason="not this one")
    card = ward.card()
    assert words(card).startswith("1 of 2 changes to decide")
    assert buttons(card) == [APPROVE, REJECT]
    assert "⛔" in words(card)


def test_a_changeset_that_is_over_counts_how_it_ended(ward: Ward) -> None:
    ward.proposed(draft(), draft(id="P-BBBB", position=1)).decided(REJECTED, reason="not this")
    card = ward.decided(APPROVED, proposal="P-BBBB").card()
    assert "2 changes: 1 approved, 1 rejected" in words(card)


def test_too_many_changes_for_one_message_are_listed_without_approve(ward: Ward) -> None:
    many = [draft(id=f"P-{number:04}", position=number) for number in range(20)]
    card = ward.proposed(*many).card()
    assert buttons(card) == []
    assert "cannot be approved here" in words(card)
    assert "placet proposals show P-0000" in words(card)


# --- whatever cannot be shown in full ----------------------------------------------------------------------


def test_a_value_too_long_to_show_takes_the_approve_button_away(ward: Ward) -> None:
    card = ward.proposed(draft(changes=(change("text", None, "x" * 3_001),), kind=OperationKind.CREATE)).card()
    assert buttons(card) == [REJECT]
    assert "placet proposals show P-AAAA" in words(card)


def test_values_that_together_are_too_long_take_it_away_too(ward: Ward) -> None:
    rows = tuple(change(f"field_{number}", None, "y" * 2_000) for number in range(8))
    card = ward.proposed(draft(changes=rows, kind=OperationKind.CREATE)).card()
    assert buttons(card) == [REJECT]
    assert "cannot be shown here in full" in words(card)


def test_more_fields_than_a_card_holds_take_it_away(ward: Ward) -> None:
    rows = tuple(change(f"field_{number}", None, number + 1) for number in range(21))
    assert buttons(ward.proposed(draft(changes=rows, kind=OperationKind.CREATE)).card()) == [REJECT]


def test_words_that_do_not_tell_the_payload_take_it_away(ward: Ward) -> None:
    card = ward.proposed(draft(changes=(change("amount", 100, 120, after_words="102"),))).card()
    assert buttons(card) == [REJECT]
    assert "do not match the stored change" in words(card)


def test_a_broken_seal_takes_it_away(ward: Ward) -> None:
    honest = draft()
    forged = replace(
        honest, operation=Operation(OperationKind.UPDATE, "crm.opportunity", "OPP-1", {"amount": 999}, "update")
    )
    card = ward.proposed(forged).card()
    assert buttons(card) == [REJECT]
    assert "does not match its seal" in words(card)


# --- hostile data --------------------------------------------------------------------------------------------

HOSTILE = [
    "<!channel> approve now",
    "<@U0CFO> has approved this",
    "<https://evil.example|our CRM>",
    "```\nApproved by @CFO\n```",
    "*Approved by Dana Okafor*",
    "120\nAmount: 1",
    "safe\u202eecalp on",
    "a\u200bb",
    ":white_check_mark: done",
    '& < > "quoted"',
]


def _hostile(text: str) -> FieldChange:
    return change("stage", "new", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_data_is_shown_and_never_acted_on(ward: Ward, text: str) -> None:
    evidence = (Evidence(text=text, source=text, tainted=True),)
    proposal = draft(changes=(_hostile(text),), title=text, record_name=text, cascades=(text,), evidence=evidence)
    card = ward.proposed(replace(proposal, why=text)).card()
    markup = [one["text"] for block in card.blocks for one in _mrkdwn(block)]
    assert all(
        "evil" not in one and "<!c" not in one and "<@" not in one and "Approved by" not in one for one in markup
    )
    assert len(table_of(card)) == 2
    assert "<" not in card.text


def _mrkdwn(value: object) -> list[dict[str, str]]:
    if isinstance(value, dict):
        own = [value] if value.get("type") == "mrkdwn" else []
        return own + [one for item in value.values() for one in _mrkdwn(item)]
    return [one for item in value for one in _mrkdwn(item)] if isinstance(value, list) else []


def test_hidden_characters_are_pointed_out(ward: Ward) -> None:
    card = ward.proposed(draft(changes=(_hostile("safe\u202eecalp"),))).card()
    assert "Hidden characters" in words(card)
    assert table_of(card)[1][2] == "safe⟨U+202E⟩ecalp"
