"""Moves: only along the drawn ways, one of two wins, and each leaves an entry or does not happen."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.company import execute_sql
from tests.support.proposals import a_proposal

from placet.dispatch.virtual_clock import VirtualClock
from placet.ledger import append, entries, move, verify
from placet.storage import Store, Transaction
from placet.storage.rows import fence_of, find_proposal, insert_proposal
from placet.storage.run_rows import insert_changeset, insert_run
from placet.vocabulary import MOVES, Proposal, ProposalState

ALL = [(old, new) for old in ProposalState for new in ProposalState]
ALLOWED = [(old, new) for old, new in ALL if new in MOVES.get(old, frozenset())]


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = Store.open(database, clock=VirtualClock())
    opened.write_now(_write)
    yield opened
    opened.close()


def _write(tx: Transaction) -> None:
    proposal = a_proposal()
    insert_run(
        tx, id="R-1", agent="a", requester="riley", request="x", source="test", graph="assistant", graph_version="1"
    )
    insert_changeset(tx, "C-1", run="R-1", turn=0)
    insert_proposal(tx, proposal)


def placed(store: Store, state: ProposalState) -> Proposal:
    """The proposal, put into a state."""
    store.write_now(lambda tx: execute_sql(tx, "UPDATE proposals SET state = :state", state=state.value))
    found = store.read_now(lambda tx: find_proposal(tx, "P-1"))
    assert found is not None
    return found


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_an_allowed_move_is_made_and_written_down(store: Store, old: ProposalState, new: ProposalState) -> None:
    proposal = placed(store, old)
    assert store.write_now(lambda tx: move(tx, proposal, new, by="dana", reason="because", more=1))
    (entry,) = store.read_now(entries)
    assert (entry.kind, entry.proposal, entry.run) == (f"proposal.{new.value}", "P-1", "R-1")
    assert entry.facts == {
        "revision": 1, "digest": proposal.digest, "by": "dana", "reason": "because", "more": 1,
    }  # fmt: skip


@given(st.sampled_from([pair for pair in ALL if pair not in ALLOWED]))
def test_every_other_move_is_a_mistake_of_the_caller(pair: tuple[ProposalState, ProposalState]) -> None:
    proposal = a_proposal(state=pair[0])
    with pytest.raises(ValueError, match="cannot move from"):
        move(None, proposal, pair[1], by="dana")  # type: ignore[arg-type]  # it must not even look at the database


def test_of_two_moves_from_the_same_state_the_second_changes_nothing(store: Store) -> None:
    proposal = placed(store, ProposalState.PROPOSED)
    assert store.write_now(lambda tx: move(tx, proposal, ProposalState.APPROVED, by="dana"))
    assert not store.write_now(lambda tx: move(tx, proposal, ProposalState.REJECTED, by="omar", reason="no"))
    assert [entry.kind for entry in store.read_now(entries)] == ["proposal.approved"]
    assert (placed_as(store).state, placed_as(store).reason) == (ProposalState.APPROVED, "")


def placed_as(store: Store) -> Proposal:
    found = store.read_now(lambda tx: find_proposal(tx, "P-1"))
    assert found is not None
    return found


def test_only_a_claim_raises_the_fence(store: Store) -> None:
    for old, new, fence in (
        (ProposalState.PROPOSED, ProposalState.APPROVED, 0),
        (ProposalState.APPROVED, ProposalState.EXECUTING, 1),
        (ProposalState.EXECUTING, ProposalState.DONE, 1),
    ):
        proposal = placed(store, old)
        store.write_now(partial(move, proposal=proposal, new=new, by="executor"))
        assert store.read_now(lambda tx: fence_of(tx, "P-1")) == fence


def test_a_move_whose_transaction_fails_leaves_neither_state_nor_entry(store: Store) -> None:
    proposal = placed(store, ProposalState.PROPOSED)

    def fail(tx: Transaction) -> None:
        move(tx, proposal, ProposalState.APPROVED, by="dana")
        raise LookupError

    with pytest.raises(LookupError):
        store.write_now(fail)
    assert (placed_as(store).state, store.read_now(entries)) == (ProposalState.PROPOSED, [])


def test_entries_are_found_by_run_and_proposal_and_from_the_end(store: Store) -> None:
    for number in range(4):
        run, proposal = f"R-{number % 2}", f"P-{number}"
        store.write_now(partial(append, kind="a.kind", facts={}, run=run, proposal=proposal))
    asked: list[dict[str, Any]] = [{}, {"run": "R-1"}, {"proposal": "P-2"}, {"last": 2}]
    found = [[entry.seq for entry in store.read_now(partial(entries, **which))] for which in asked]
    assert found == [[1, 2, 3, 4], [2, 4], [3], [3, 4]]
    assert store.read_now(verify).entries == 4


@pytest.mark.parametrize("fact", [1.5, object(), "\ud800", 2**60])
def test_what_has_no_exact_form_is_not_written_down(store: Store, fact: object) -> None:
    with pytest.raises(ValueError, match=r"exactly|surrogate|too large"):
        store.write_now(lambda tx: append(tx, "a.kind", {"fact": fact}))  # type: ignore[dict-item]  # that is the point
    assert store.read_now(entries) == []
