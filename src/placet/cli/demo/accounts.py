"""The accounts at the end of the story: what was approved against what left, and the ledger."""

from collections import Counter
from collections.abc import Sequence

from placet.cli.demo.play import Play
from placet.connectors.embedded import EgressRow
from placet.errors import LedgerBroken
from placet.ledger import Entry, Verified, entries, verify
from placet.storage import Transaction
from placet.storage.rows import decisions_on, list_proposals
from placet.vocabulary import DecisionKind, Proposal, ProposalState


async def settle_accounts(play: Play, *, stopped_with: int | None, seconds: float) -> dict[str, object]:
    """Compare the systems' own record of what reached them with the decisions, and sum the story up."""
    egress = [row for system in play.stage.systems.values() for row in system.egress()]
    proposals, approved, noted = await play.store.read(_decided)
    sent = Counter(row.key for row in egress)
    again = sum(number - 1 for number in sent.values())
    play.check("every write that left was approved, and every approved write left", set(sent) == approved)
    play.check("no write was sent twice", again == 0)
    play.check("what left is what was approved, to the byte", _same(egress, proposals))
    verified = await _verified(play)
    play.check("the ledger verifies", verified is not None)
    breaches = await play.player.failures()
    for breach in breaches:
        play.say(f"  real Slack would refuse: {breach}")
    play.check("real Slack would have refused nothing", not breaches)
    play.check("the server stops in good order", stopped_with == 0)
    return {
        "model": play.stage.model,
        "requests": _count(noted, "run.received"),
        "writes_approved": len(approved),
        "writes_sent": sum(sent.values()),
        "double_writes": again,
        "rejected": sum(one.state is ProposalState.REJECTED for one in proposals),
        "crash_recovered": play.recovered,
        "unknown_people_refused": sum(
            one.kind == "slack.refused" and one.facts.get("reason") == "unknown_person" for one in noted
        ),
        "ledger": "verified" if verified else "broken",
        "ledger_entries": verified.entries if verified else len(noted),
        "seconds": round(seconds, 1),
        "checks": [{"name": one.name, "ok": one.ok} for one in play.checks],
    }


def _decided(tx: Transaction) -> tuple[list[Proposal], set[str | None], list[Entry]]:
    """All proposals, the ids of those that people or the policy approved, and the ledger."""
    proposals = list_proposals(tx, limit=1_000)
    approved: set[str | None] = {
        one.id
        for one in proposals
        if any(said.kind is DecisionKind.APPROVE for said in decisions_on(tx, one.id, one.revision))
    }
    return proposals, approved, entries(tx)


def _same(egress: Sequence[EgressRow], proposals: Sequence[Proposal]) -> bool:
    """Whether each row came with the digest and the payload of its proposal."""
    by_id = {one.id: one for one in proposals}
    return all(
        row.key in by_id and row.digest == by_id[row.key].digest and row.operation == by_id[row.key].operation.to_json()
        for row in egress
    )


async def _verified(play: Play) -> Verified | None:
    try:
        return await play.store.read(verify)
    except LedgerBroken as broken:
        play.say(f"  {broken}")
        return None


def _count(noted: Sequence[Entry], kind: str) -> int:
    return sum(one.kind == kind for one in noted)
