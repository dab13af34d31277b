"""A proposal made by hand, for tests that need no company."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from placet.vocabulary import (
    Evidence,
    FieldChange,
    Grade,
    Operation,
    OperationKind,
    Proposal,
    Ruling,
    Undo,
    Verdict,
    digest_of,
)

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
OPERATION = Operation(
    OperationKind.UPDATE, "crm.opportunity", "OPP-1001", {"amount": {"minor": 12_000_000, "currency": "EUR"}}, "update"
)


def a_proposal(**changes: Any) -> Proposal:
    """A sealed proposal; `changes` replace its fields before it is sealed."""
    proposal = Proposal(
        id="P-1", revision=1, changeset="C-1", run="R-1", position=0, agent="sales-assistant", requester="riley",
        tool="crm.set_deal_amount", tool_hash="aa" * 32, connector="crm", connector_version="embedded-1",
        operation=OPERATION, record_name="Hooli expansion", base_version="1", grade=Grade.ATOMIC, undo=Undo.FULL,
        title="Hooli expansion: amount", why="set hooli to 120000", cascades=(), confidence="0.9", nonce="bb" * 16,
        changes=(FieldChange(field="amount", label="Amount", before=None, after=1, before_words="—", after_words="1"),),
        evidence=(Evidence(text="set hooli to 120000", source="message"),),
        ruling=Ruling(verdict=Verdict.ASK, rule="r", because="b", approvers=("sales-director",), policy_hash="cc" * 32),
        created_at=NOW, expires_at=NOW + timedelta(hours=4), digest="",
    )  # fmt: skip
    proposal = replace(proposal, **changes)
    return replace(proposal, digest=digest_of(proposal))
