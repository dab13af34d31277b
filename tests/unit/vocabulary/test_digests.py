"""The digest binds an approval to exactly one change."""

import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.proposals import NOW, OPERATION, a_proposal

from placet.vocabulary import (
    Json,
    Operation,
    OperationKind,
    Proposal,
    ProposalState,
    Ruling,
    Verdict,
    binding,
    digest_of,
    dump,
    load,
)

GOLDEN = "bdecfb04f1813d18714d526d2a9009dd13a808fcc93859c767d99d03f241cba9"
"""Change this only with the version in the digest's domain prefix: stored approvals are bound to it."""

BOUND: dict[str, Any] = {
    "id": "P-2", "tool": "crm.move_deal", "tool_hash": "ab" * 32, "connector": "erp", "connector_version": "embedded-2",
    "base_version": "2", "requester": "dana", "agent": "another", "revision": 2, "nonce": "bc" * 16,
    "expires_at": NOW + timedelta(hours=4, microseconds=1),
    "ruling": Ruling(verdict=Verdict.ASK, rule="r", because="b", approvers=("owner",), policy_hash="cc" * 32),
    "changes": (),
}  # fmt: skip
OTHER_OPERATIONS: dict[str, dict[str, Any]] = {
    "kind": {"kind": OperationKind.CREATE}, "object": {"object": "crm.account"}, "record": {"record": "OPP-1002"},
    "verb": {"verb": "delete"}, "fields": {"fields": {}},
    "amount": {"fields": {"amount": {"minor": 12_000_001, "currency": "EUR"}}},
    "currency": {"fields": {"amount": {"minor": 12_000_000, "currency": "USD"}}},
    "type": {"fields": {"amount": {"minor": "12000000", "currency": "EUR"}}},
    "null": {"fields": {"amount": None}},
    "one field more": {"fields": {**OPERATION.fields, "stage": "won"}},
}  # fmt: skip


def test_the_digest_of_a_known_proposal_is_known() -> None:
    assert a_proposal().digest == GOLDEN


@pytest.mark.parametrize("name", BOUND)
def test_changing_anything_bound_changes_the_digest(name: str) -> None:
    assert digest_of(replace(a_proposal(), **{name: BOUND[name]})) != GOLDEN


@pytest.mark.parametrize("name", OTHER_OPERATIONS)
def test_changing_anything_in_the_operation_changes_the_digest(name: str) -> None:
    other = replace(OPERATION, **OTHER_OPERATIONS[name])
    assert digest_of(replace(a_proposal(), operation=other)) != GOLDEN


def test_everything_bound_is_tried_above() -> None:
    renamed = {"id": "proposal"}
    assert {renamed.get(name, name) for name in BOUND} | {"operation"} == set(binding(a_proposal()))


@pytest.mark.parametrize("change", [{"title": "x"}, {"why": "y"}, {"reason": "z"}, {"state": ProposalState.DONE}])
def test_what_is_only_shown_or_moves_does_not_change_it(change: dict[str, Any]) -> None:
    assert digest_of(replace(a_proposal(), **change)) == GOLDEN


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_composed_and_decomposed_names_have_one_digest(name: str) -> None:
    digests = {
        a_proposal(operation=replace(OPERATION, fields={"name": unicodedata.normalize(form, name)})).digest
        for form in ("NFC", "NFD")
    }
    assert len(digests) == 1


VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
OPERATIONS = st.builds(
    Operation,
    st.sampled_from(OperationKind),
    st.just("crm.opportunity"),
    st.text("ABC-123", max_size=8),
    st.dictionaries(st.text("abc_", min_size=1, max_size=5), VALUES, max_size=4),
    st.sampled_from(["create", "update", "confirm"]),
)


@given(OPERATIONS)
def test_an_operation_is_the_same_after_being_stored(operation: Operation) -> None:
    assert Operation.from_json(operation.to_json()) == operation


@given(OPERATIONS, OPERATIONS)
def test_two_operations_share_a_digest_only_if_they_are_the_same(one: Operation, other: Operation) -> None:
    same = a_proposal(operation=one).digest == a_proposal(operation=other).digest
    assert same == (_exact(one) == _exact(other))


def _exact(operation: Operation) -> str:
    return unicodedata.normalize("NFC", repr(sorted(operation.to_json().items(), key=str)))


@given(OPERATIONS)
def test_a_stored_proposal_keeps_its_digest(operation: Operation) -> None:
    proposal = a_proposal(operation=operation)
    again = load(Proposal, dump(proposal))
    assert (digest_of(again), again.expires_at) == (proposal.digest, proposal.expires_at)


@pytest.mark.parametrize(
    "payload",
    [
        {}, {"kind": "update"}, {**OPERATION.to_json(), "approved": True}, {**OPERATION.to_json(), "kind": "execute"},
        {**OPERATION.to_json(), "fields": []}, {**OPERATION.to_json(), "fields": None},
    ],
)  # fmt: skip
def test_what_is_no_operation_is_refused(payload: dict[str, Json]) -> None:
    with pytest.raises(ValueError, match=r"payload|is not a valid"):
        Operation.from_json(payload)
