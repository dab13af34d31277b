"""The egress oracle: what a system saw, held against what people approved.

Every change that reached a system must belong to exactly one proposal that an executor claimed, with the digest that
was approved and the very operation it bound; and every proposal that says `done` must have reached the system. The
project's own tests ask this after each test, whatever the test was about:

    problems = check_egress(
        [(system.system, system.egress()) for system in systems],
        [await store.read(claims) for store in stores],
    )
    assert not problems
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from placet.storage import Transaction
from placet.storage.rows import claimed_proposals
from placet.vocabulary import Json, Operation, OperationKind, OutcomeKind, Proposal, ProposalState

MAY_HAVE_CHANGED = frozenset({ProposalState.DONE, ProposalState.UNKNOWN, ProposalState.EXECUTING})
"""The states of a proposal whose change a system may hold. In every other state nothing may have left."""

_REACHED = {OutcomeKind.APPLIED.value, OutcomeKind.ALREADY_APPLIED.value}


class Seen(Protocol):
    """One changed record, as a system under test witnessed it. `EmbeddedSystem.egress()` gives such rows.

    `key` and `digest` are those of the request; `key` is `None` where somebody wrote without one. `change` is
    `insert`, `update` or `delete`; `operation` is the payload of the request, `None` where it is not known.
    """

    @property
    def key(self) -> str | None:
        """The idempotency key: the proposal's id."""
        ...

    @property
    def digest(self) -> str:
        """The digest the grant carried."""
        ...

    @property
    def object(self) -> str:
        """The object of the record that changed."""
        ...

    @property
    def record(self) -> str:
        """The id of the record that changed."""
        ...

    @property
    def change(self) -> str:
        """`insert`, `update` or `delete`."""
        ...

    @property
    def operation(self) -> Mapping[str, Json] | None:
        """The payload that was sent."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A proposal as it stands and the digest of every attempt to send it, oldest first."""

    proposal: Proposal
    digests: tuple[str, ...]


def claims(tx: Transaction) -> dict[str, Claim]:
    """All proposals of a database that an executor ever claimed, by id. Pass this to `Store.read`."""
    digests: dict[str, list[str]] = defaultdict(list)
    last: dict[str, Proposal] = {}
    for proposal, digest in claimed_proposals(tx):
        digests[proposal.id].append(digest)
        last[proposal.id] = proposal
    return {key: Claim(proposal=one, digests=tuple(digests[key])) for key, one in last.items()}


def check_egress(
    systems: Iterable[tuple[str, Sequence[Seen]]], databases: Iterable[Mapping[str, Claim]]
) -> tuple[str, ...]:
    """Sentences about every change that no claim accounts for, and every `done` that changed nothing.

    `systems` are names (`crm`) with what each saw; `databases` are what `claims` found in each database. No problem
    is no sentence.
    """
    claimed = {key: claim for database in databases for key, claim in database.items()}
    seen: dict[str, list[Seen]] = defaultdict(list)
    problems: list[str] = []
    watched = set()
    for name, rows in systems:
        watched.add(name)
        for row in rows:
            if row.key is None:
                problems.append(f"{row.change} of {row.object} `{row.record}` left without any request")
            else:
                seen[row.key].append(row)
    for key, rows in seen.items():
        problems += _of_one_key(key, rows, claimed.get(key))
    return (*problems, *_unfounded(claimed, seen, watched))


def _of_one_key(key: str, rows: Sequence[Seen], claim: Claim | None) -> list[str]:
    if claim is None:
        return [f"{len(rows)} changes left under key `{key}`, which no executor claimed"]
    proposal, problems = claim.proposal, []
    if len(claim.digests) != 1:
        problems.append(f"proposal `{key}` was claimed {len(claim.digests)} times")
    if proposal.state not in MAY_HAVE_CHANGED:
        problems.append(f"proposal `{key}` is {proposal.state.value}, yet its change reached the system")
    for row in rows:
        if row.digest != proposal.digest or row.digest not in claim.digests:
            problems.append(f"the digest sent for `{key}` is not the one that was approved")
        if row.operation is not None and dict(row.operation) != proposal.operation.to_json():
            problems.append(f"what was sent for `{key}` is not the operation that was approved")
    sent = sum(_is_the_change_itself(row, proposal.operation) for row in rows)
    if sent != 1:
        problems.append(f"the change of proposal `{key}` was made {sent} times")
    return problems


def _is_the_change_itself(row: Seen, operation: Operation) -> bool:
    """Whether a row is the change that was asked for, not one that followed from it."""
    if operation.kind is OperationKind.CREATE:
        return row.object == operation.object and row.change == "insert"
    return row.object == operation.object and row.record == operation.record


def _unfounded(claimed: Mapping[str, Claim], seen: Mapping[str, Sequence[Seen]], watched: set[str]) -> list[str]:
    return [
        f"proposal `{key}` says done, yet no system saw its change"
        for key, claim in claimed.items()
        if claim.proposal.state is ProposalState.DONE
        and claim.proposal.operation.system in watched
        and key not in seen
        and (claim.proposal.receipt or {}).get("outcome") in _REACHED
    ]
