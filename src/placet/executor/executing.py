"""Execute: claim, send, classify, read back, record. The only caller of a writer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from placet.connectors import Reader, Writer
from placet.dispatch import Dispatch, execution
from placet.dispatch.outbox import refresh_cards, wake_when_settled
from placet.errors import ConnectorError, RecordMissing
from placet.executor.claiming import Claimed, Known, claim
from placet.executor.crashpoints import reach
from placet.executor.grants import GrantSeal
from placet.executor.recovery import recover
from placet.ledger import append, move
from placet.storage import Store, Transaction
from placet.storage.rows import close_attempt, fence_of, find_proposal
from placet.vocabulary import Json, OperationKind, Outcome, OutcomeKind, Proposal, ProposalState

log = structlog.get_logger()

RECOVER_AGAIN_AFTER = timedelta(seconds=15)
"""How long to wait before asking again about an attempt whose worker may still be alive."""

_ENDS = {
    OutcomeKind.APPLIED: ProposalState.DONE,
    OutcomeKind.ALREADY_APPLIED: ProposalState.DONE,
    OutcomeKind.CONFLICT: ProposalState.STALE,
    OutcomeKind.UNKNOWN: ProposalState.UNKNOWN,
}
"""Where an outcome leads; every other outcome is a definite failure: nothing was changed."""

_WORDS = {
    OutcomeKind.CONFLICT: "the record changed after the card was drawn, so nothing was sent",
    OutcomeKind.DENIED: "the system refused it",
    OutcomeKind.NOT_VISIBLE: "the record is not there any more",
    OutcomeKind.INVALID: "the system found it invalid",
    OutcomeKind.NEEDS_CONFIRMATION: "the system asks for a confirmation that a person must give there",
    OutcomeKind.THROTTLED: "the system is throttling requests",
    OutcomeKind.UNAVAILABLE: "the system was not available and nothing was sent",
    OutcomeKind.UNKNOWN: "the answer was lost: it may or may not have been applied",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One connected system as the executor holds it: the reader to check with, the writer to send with."""

    reader: Reader
    writer: Writer


class Executor:
    """Sends approved proposals, at most once each. Safe to call again after any crash."""

    def __init__(
        self,
        *,
        store: Store,
        dispatch: Dispatch,
        known: Known,
        systems: Mapping[str, System],
        seal: GrantSeal,
        worker: str,
    ) -> None:
        self._known = known
        self._store = store
        self._dispatch = dispatch
        self._systems = systems
        self._seal = seal
        self._worker = worker
        self._busy: set[str] = set()

    async def execute(self, proposal_id: str) -> None:
        """Send a proposal if it is approved, or find out what became of an attempt that was cut off.

        While this executor is at work on a proposal, calling again for the same one does nothing.
        """
        if proposal_id in self._busy:
            return
        self._busy.add(proposal_id)
        try:
            await self._execute(proposal_id)
        finally:
            self._busy.discard(proposal_id)

    async def _execute(self, proposal_id: str) -> None:
        proposal = await self._store.read(lambda tx: find_proposal(tx, proposal_id))
        system = self._systems.get(proposal.operation.system) if proposal is not None else None
        if proposal is None:
            return
        if system is None:
            raise ConnectorError(system=proposal.operation.system, reason="it is not among the systems of this project")
        if proposal.state is ProposalState.EXECUTING:
            outcome = await recover(self._store, proposal, system.writer, worker=self._worker)
            if outcome is None:
                await self._store.write(lambda tx: self._ask_again(tx, proposal))
            else:
                await self._record(proposal, outcome)
            return
        reach("before_claim")
        claimed = await self._store.write(
            lambda tx: claim(tx, self._dispatch, self._known, self._seal, proposal_id=proposal_id, worker=self._worker)
        )
        if isinstance(claimed, Claimed):
            reach("after_claim")
            await self._send(claimed)
        else:
            log.info("execution.not_claimed", proposal=proposal_id, reason=claimed.reason)

    def _ask_again(self, tx: Transaction, proposal: Proposal) -> None:
        name = f"recover:{proposal.id}:{tx.stamp}"
        again = execution(proposal.id, proposal.changeset, id=name, delay=RECOVER_AGAIN_AFTER)
        self._dispatch.enqueue(tx, again)

    async def _send(self, claimed: Claimed) -> None:
        proposal = claimed.proposal
        system = self._systems[proposal.operation.system]
        reach("before_send")
        outcome = await system.writer.apply(
            claimed.grant, proposal.operation, key=proposal.id, base_version=proposal.base_version
        )
        reach("after_send")
        await self._record(proposal, outcome)

    async def _record(self, proposal: Proposal, outcome: Outcome) -> None:
        differs = await self._read_back(proposal, outcome) if outcome.sent else None
        reach("before_record")
        await self._store.write(lambda tx: self._settle(tx, proposal, outcome, differs))
        reach("after_record")

    async def _read_back(self, proposal: Proposal, outcome: Outcome) -> list[str] | None:
        """Names of approved fields that do not hold their value after the write; `None` if it cannot be read."""
        operation = proposal.operation
        reader = self._systems[operation.system].reader
        try:
            record = await reader.read(operation.object, outcome.record or operation.record)
        except RecordMissing:
            return [] if operation.kind is OperationKind.DELETE else ["the record"]
        except ConnectorError:
            return None
        if operation.kind is OperationKind.DELETE:
            return ["the record"]
        if operation.kind not in {OperationKind.CREATE, OperationKind.UPDATE}:
            return []
        return [name for name, value in operation.fields.items() if record.values.get(name) != value]

    def _too_late(self, tx: Transaction, proposal: Proposal, outcome: Outcome) -> None:
        """An outcome that came after somebody had to settle without it is never dropped."""
        log.error("execution.outcome_too_late", proposal=proposal.id, outcome=outcome.kind.value)
        facts: dict[str, Json] = {
            "outcome": outcome.kind.value,
            "receipt": _receipt(tx, proposal, outcome, verified=None),
        }
        append(tx, "attempt.ended_late", facts, run=proposal.run, proposal=proposal.id)

    def _settle(self, tx: Transaction, proposal: Proposal, outcome: Outcome, differs: list[str] | None) -> None:
        current = find_proposal(tx, proposal.id)
        if current is None or current.state is not ProposalState.EXECUTING:
            self._too_late(tx, proposal, outcome)
            return
        state = _ENDS.get(outcome.kind, ProposalState.FAILED)
        reason = _WORDS.get(outcome.kind, "")
        if outcome.message:
            reason = f"{reason}: {outcome.message}"[:500] if reason else ""
        if outcome.sent and differs:
            state, reason = ProposalState.UNKNOWN, f"read back, these differ: {', '.join(differs)}"
        receipt = _receipt(tx, current, outcome, verified=None if differs is None else not differs)
        fence = fence_of(tx, current.id)
        close_attempt(tx, proposal=current.id, fence=fence, outcome=outcome.kind.value, detail=receipt)
        facts: dict[str, Json] = {"fence": fence, "outcome": outcome.kind.value, "receipt": receipt}
        append(tx, "attempt.ended", facts, run=current.run, proposal=current.id)
        move(tx, current, state, by="executor", reason=reason, receipt=receipt)
        refresh_cards(tx, self._dispatch, current.changeset)
        wake_when_settled(tx, self._dispatch, current.changeset)


def _receipt(tx: Transaction, proposal: Proposal, outcome: Outcome, *, verified: bool | None) -> dict[str, Json]:
    """What is kept of an attempt: outcome, record, version, and the values that would put it back."""
    receipt: dict[str, Json] = {
        "outcome": outcome.kind.value,
        "record": outcome.record or proposal.operation.record,
        "version": outcome.version,
        "message": outcome.message[:500],
        "verified": verified,
        "at": tx.stamp,
        "window_ms": outcome.window_ms,
    }
    if outcome.sent and proposal.operation.kind is OperationKind.UPDATE:
        receipt["inverse"] = {change.field: change.before for change in proposal.changes}
    return receipt
