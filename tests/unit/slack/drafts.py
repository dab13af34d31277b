"""Proposals as rows, and reading what was drawn from them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from placet.approvals import Click, decide, propose
from placet.dispatch.inline import InlineDispatch
from placet.dispatch.virtual_clock import START, VirtualClock
from placet.ledger import move
from placet.rules import Policies, load_policies
from placet.slack.blocks import Block, Drawn
from placet.slack.cards import draw_card
from placet.slack.limits import breaches, texts
from placet.slack.view_model import card_view
from placet.storage import Store, Transaction
from placet.storage.rows import find_proposal
from placet.vocabulary import (
    DecisionKind,
    FieldChange,
    Grade,
    Json,
    Operation,
    OperationKind,
    Proposal,
    ProposalState,
    Ruling,
    Undo,
    Verdict,
    digest_of,
    in_words,
)

POLICIES = Path(__file__).parents[3] / "policies"
POLICY_HASH = load_policies(POLICIES).hash
RUN = "R-1"


def change(field: str, before: Json, after: Json, **differing: str) -> FieldChange:
    words = {"before_words": in_words(before), "after_words": in_words(after), "label": field.capitalize()}
    return FieldChange(field=field, before=before, after=after, **{**words, **differing})


def draft(**differing: Any) -> Proposal:
    """A sealed proposal: the amount of a deal goes up, and Dana decides."""
    changes = differing.pop("changes", (change("amount", 100, 120, delta="+20.0 %"),))
    kind = differing.pop("kind", OperationKind.UPDATE)
    fields = differing.pop("fields", {row.field: row.after for row in changes})
    record = "" if kind is OperationKind.CREATE else "OPP-1"
    ruling = Ruling(
        verdict=Verdict.ASK,
        rule="amount-changes",
        because="A director confirms it.",
        approvers=("sales-director",),
        policy_hash=POLICY_HASH,
    )
    proposal = Proposal(
        **{
            "id": "P-AAAA",
            "revision": 1,
            "changeset": "C-1",
            "run": RUN,
            "position": 0,
            "agent": "sales-assistant",
            "requester": "riley",
            "tool": "crm.set_deal_amount",
            "tool_hash": "t",
            "connector": "crm",
            "connector_version": "1",
            "operation": Operation(kind, "crm.opportunity", record, fields, kind.value),
            "record_name": "Hooli expansion",
            "base_version": "1",
            "grade": Grade.ATOMIC,
            "undo": Undo.FULL,
            "title": "Hooli expansion: amount 100 → 120 (+20.0 %)",
            "changes": changes,
            "why": "set hooli to 120",
            "evidence": (),
            "cascades": (),
            "ruling": ruling,
            "confidence": None,
            "nonce": "n",
            "created_at": START,
            "expires_at": START + timedelta(hours=4),
            "digest": "",
            **differing,
        }
    )
    return replace(proposal, digest=digest_of(proposal))


@dataclass(slots=True)
class Ward:
    """What a test writes rows with and draws from."""

    store: Store
    dispatch: InlineDispatch
    policies: Policies
    clock: VirtualClock

    def proposed(self, *drafts: Proposal) -> "Ward":
        def write(tx: Transaction) -> None:
            propose(tx, self.dispatch, self.policies, run=RUN, turn=1, drafts=drafts or (draft(),))

        self.store.write_now(write)
        return self

    def decided(self, kind: DecisionKind, *, by: str = "dana", proposal: str = "P-AAAA", reason: str = "") -> "Ward":
        def write(tx: Transaction) -> None:
            found = find_proposal(tx, proposal)
            assert found is not None
            person = self.policies.people[by]
            click = Click(proposal=proposal, revision=1, digest=found.digest, kind=kind, person=person, reason=reason)
            told = decide(tx, self.dispatch, self.policies, click)
            assert told.refused is None, told.refused

        self.store.write_now(write)
        return self

    def moved(self, *states: ProposalState, **facts: Any) -> "Ward":
        """Move the first proposal on, through states in order; `facts` belong to the last."""

        def write(tx: Transaction) -> None:
            for number, state in enumerate(states, start=1):
                found = find_proposal(tx, "P-AAAA")
                assert found is not None
                assert move(tx, found, state, by="executor", **(facts if number == len(states) else {}))

        self.store.write_now(write)
        return self

    def card(self, person: str = "dana") -> Drawn:
        """The card of the changeset as somebody sees it; whatever is drawn must fit into Slack."""
        view = self.store.read_now(lambda tx: card_view(tx, self.policies, "C-1", person))
        assert view is not None
        drawn = draw_card(view)
        assert breaches(drawn.blocks) == []
        return drawn


def kinds(drawn: Drawn) -> list[object]:
    return [block["type"] for block in drawn.blocks]


def words(drawn: Drawn) -> str:
    """Everything a person reads on a message, in order."""
    return "\n".join(texts(drawn.blocks))


def table_of(drawn: Drawn) -> list[list[str]]:
    """The cells of the table as text."""
    (block,) = [one for one in drawn.blocks if one["type"] == "table"]
    rows: Any = block["rows"]
    return [["".join(texts(cell)) for cell in row] for row in rows]


def buttons(drawn: Drawn) -> list[str]:
    """The action ids on a message, in order."""
    found: list[Block] = [one for block in drawn.blocks if block["type"] == "actions" for one in _elements(block)]
    return [str(one["action_id"]) for one in found]


def _elements(block: Block) -> list[Block]:
    elements: Any = block["elements"]
    return list(elements)
