"""Drafts: what a write tool writes down, and its exact form."""

from datetime import date
from decimal import Decimal

import pytest

from placet.vocabulary import (
    CLEAR,
    Amount,
    Call,
    Create,
    Delete,
    Draft,
    Json,
    OperationKind,
    RecordRef,
    Transition,
    Update,
    exact,
)

DEAL = RecordRef(object="crm.opportunity", id="OPP-1", name="Hooli")

DRAFTS: list[tuple[Draft, OperationKind, str, RecordRef | None, dict[str, object]]] = [
    (Create("crm.note", text="x", due=None), OperationKind.CREATE, "create", None, {"text": "x"}),
    (Update("crm.opportunity", DEAL, stage="won", amount=None), OperationKind.UPDATE, "update", DEAL, {"stage": "won"}),
    (Update("crm.opportunity", DEAL, owner=CLEAR), OperationKind.UPDATE, "update", DEAL, {"owner": CLEAR}),
    (Delete("crm.opportunity", DEAL), OperationKind.DELETE, "delete", DEAL, {}),
    (Transition("erp.invoice", DEAL, "post"), OperationKind.TRANSITION, "post", DEAL, {}),
    (Call("crm.campaign", "send", to="x", cc=None), OperationKind.CALL, "send", None, {"to": "x"}),
]


@pytest.mark.parametrize(("draft", "kind", "verb", "record", "fields"), DRAFTS)
def test_a_draft_says_what_was_written_and_leaves_out_what_was_not_said(
    draft: Draft, kind: OperationKind, verb: str, record: RecordRef | None, fields: dict[str, object]
) -> None:
    assert (draft.kind, draft.verb, draft.record, draft.fields) == (kind, verb, record, fields)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (CLEAR, None), (DEAL, "OPP-1"), (date(2026, 3, 1), "2026-03-01"), ("x", "x"), (3, 3), (True, True),
        (Amount(Decimal("1.5")), {"minor": 150, "currency": "EUR"}),
        (Amount(Decimal("1.5"), "USD"), {"minor": 150, "currency": "USD"}),
    ],
)  # fmt: skip
def test_every_drafted_value_has_an_exact_form(value: object, form: Json) -> None:
    assert exact(value, "EUR") == form


@pytest.mark.parametrize("value", [Amount(Decimal(1)), Amount(Decimal("1.234"), "EUR"), 1.5, object()])
def test_a_value_without_an_exact_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"needs a currency|finer than|cannot be written down exactly"):
        exact(value, None)


def test_to_clear_a_field_reads_as_such() -> None:
    assert repr(CLEAR) == "CLEAR"
