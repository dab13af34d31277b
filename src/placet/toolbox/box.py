"""The toolbox of one project: shows a model its tools, reads for it, and turns its wishes into proposals."""

import asyncio
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from placet.approvals import propose
from placet.connectors import Reader
from placet.dispatch import Dispatch
from placet.errors import (
    ConnectorError,
    LimitReached,
    ModelMistake,
    ProposedAlready,
    RecordMissing,
    RejectedBefore,
    ToolUnknown,
)
from placet.ledger import append
from placet.rules import Policies
from placet.storage import Store, Transaction
from placet.storage.rows import list_proposals
from placet.storage.run_rows import changeset_of
from placet.toolbox.arguments import resolve, validate
from placet.toolbox.declarations import ToolDeclaration
from placet.toolbox.drafting import Drafted, examine, judge, new_id, proposal_of
from placet.toolbox.present import present
from placet.toolbox.scoped import ScopedReader
from placet.toolbox.turn import Call, Turn
from placet.vocabulary import (
    AgentSpec,
    Draft,
    Effect,
    Json,
    Person,
    Proposal,
    ProposalState,
    Scope,
    canonical,
    covered,
    sha256,
)

LEDGER_BYTES = 8_192
"""Read results up to this size are kept whole in the ledger; of longer ones only hash and size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a call came to: data for the model, or its mistake."""

    call: Call
    data: Json = None
    mistake: ModelMistake | None = None
    tainted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What a turn's write calls came to: a changeset to wait for (if any) and the calls that went wrong."""

    changeset: str | None
    proposals: tuple[Proposal, ...] = ()
    mistakes: tuple[Result, ...] = ()


class Toolbox:
    """The only caller of readers and of a project's tool functions."""

    def __init__(
        self,
        *,
        tools: Mapping[str, ToolDeclaration],
        readers: Mapping[str, Reader],
        policies: Policies,
        store: Store,
        dispatch: Dispatch,
    ) -> None:
        self._tools = tools
        self._readers = readers
        self._policies = policies
        self._store = store
        self._dispatch = dispatch

    def scopes(self, agent: AgentSpec, requester: Person) -> frozenset[Scope]:
        """Scopes that both hold: the agent's, as far as the requester's cover them, and the other way round."""
        theirs, own = self._policies.scopes_of(requester.id), frozenset(agent.scopes)
        return frozenset({one for one in theirs if covered(one, own)} | {one for one in own if covered(one, theirs)})

    def visible(self, agent: AgentSpec, requester: Person) -> dict[str, ToolDeclaration]:
        """The tools this agent may use for this person, by the name the model says."""
        held = self.scopes(agent, requester)
        named = ((name.rpartition(".")[2], self._tools[name]) for name in agent.tools if name in self._tools)
        return {short: tool for short, tool in named if covered(tool.scope, held)}

    async def read(self, turn: Turn, calls: Sequence[Call]) -> list[Result]:
        """Run read tools side by side and write one ledger entry for each, in one transaction."""
        results = list(await asyncio.gather(*(self._read(turn, call) for call in calls)))
        await self._store.write(lambda tx: self._note(tx, turn, results))
        return results

    async def propose(self, turn: Turn, calls: Sequence[Call]) -> Proposed:
        """Turn write calls into proposals; commit them, their cards and their ledger entries together.

        A turn that is played again after a crash gets what it wrote the first time.
        """
        before, earlier = await self._store.read(lambda tx: _earlier(tx, turn))
        if before is not None:
            return Proposed(changeset=before, proposals=tuple(one for one in earlier if one.changeset == before))
        changeset = new_id("C-")
        mistakes: list[Result] = []
        proposals: list[Proposal] = []
        for call in calls:
            try:
                proposals.append(await self._proposal(turn, call, changeset, [*earlier, *proposals], len(proposals)))
            except ModelMistake as mistake:
                mistakes.append(Result(call=call, mistake=mistake))
        await self._store.write(lambda tx: self._commit(tx, turn, proposals, mistakes))
        return Proposed(
            changeset=changeset if proposals else None, proposals=tuple(proposals), mistakes=tuple(mistakes)
        )

    def _commit(self, tx: Transaction, turn: Turn, proposals: Sequence[Proposal], mistakes: Sequence[Result]) -> None:
        self._note(tx, turn, mistakes)
        if proposals:
            propose(tx, self._dispatch, self._policies, run=turn.run, turn=turn.number, drafts=proposals)

    async def _read(self, turn: Turn, call: Call) -> Result:
        try:
            tool = self._tool(turn, call)
            arguments, readers = await self._arguments(turn, tool, call)
            found = tool.function(**arguments, **readers)
            data = present(await found if inspect.isawaitable(found) else found)
        except ModelMistake as mistake:
            return Result(call=call, mistake=mistake)
        except (ConnectorError, RecordMissing) as error:
            return Result(call=call, data={"error": str(error)})
        return Result(call=call, data=data, tainted=any(reader.tainted for reader in readers.values()))

    async def _proposal(
        self, turn: Turn, call: Call, changeset: str, earlier: Sequence[Proposal], position: int
    ) -> Proposal:
        limit = turn.agent.limits.proposals_per_run
        if len(earlier) >= limit:
            raise LimitReached(what="proposals", limit=limit)
        tool = self._tool(turn, call)
        arguments, readers = await self._arguments(turn, tool, call)
        returned = tool.function(**arguments, **readers)
        draft = await returned if inspect.isawaitable(returned) else returned
        if not isinstance(draft, Draft):
            raise ToolUnknown(tool=call.tool, known="tools that return an operation")
        system = draft.object.partition(".")[0]
        reader = self._scoped(turn, system)
        drafted = await examine(tool, draft, reader, self._readers[system])
        _not_again(drafted, earlier)
        now = self._store.clock()
        ruling = judge(self._policies, turn, drafted, reader, now=now)
        return proposal_of(turn, drafted, ruling, reader, call=call.id, changeset=changeset, position=position, now=now)

    def _tool(self, turn: Turn, call: Call) -> ToolDeclaration:
        visible = self.visible(turn.agent, turn.requester)
        tool = visible.get(call.tool)
        if tool is None:
            raise ToolUnknown(tool=call.tool[:80], known=", ".join(sorted(visible)) or "none")
        return tool

    def effect_of(self, turn: Turn, call: Call) -> Effect | None:
        """The effect of the tool a call names, or `None` where there is no such tool here."""
        tool = self.visible(turn.agent, turn.requester).get(call.tool)
        return None if tool is None else tool.effect

    async def _arguments(
        self, turn: Turn, tool: ToolDeclaration, call: Call
    ) -> tuple[dict[str, Any], dict[str, ScopedReader]]:
        values = validate(tool, call.arguments)
        for name, object in tool.references.items():
            if values.get(name) is not None:
                reader = self._scoped(turn, object.partition(".")[0])
                values[name] = await resolve(reader, object, values[name], turn)
        return values, {system: self._scoped(turn, system) for system in tool.readers}

    def _scoped(self, turn: Turn, system: str) -> ScopedReader:
        reader = self._readers.get(system)
        if reader is None:
            raise ToolUnknown(tool=system, known="tools of the configured systems")
        who = f"{turn.requester.name} with agent `{turn.agent.id}`"
        return ScopedReader(reader, self.scopes(turn.agent, turn.requester), who)

    def _note(self, tx: Transaction, turn: Turn, results: Sequence[Result]) -> None:
        for result in results:
            facts: dict[str, Json] = {"tool": result.call.tool[:80], "agent": turn.agent.id}
            facts["requester"] = turn.requester.id
            facts["arguments"] = dict(result.call.arguments)
            if result.mistake is not None:
                facts |= {"code": result.mistake.code, "message": str(result.mistake)[:500]}
                append(tx, "tool.refused", facts, run=turn.run)
                continue
            append(tx, "tool.read", facts | _received(result), run=turn.run)


def _received(result: Result) -> dict[str, Json]:
    """What the model received, for the ledger: the data itself where it is short, always its hash and size."""
    data = canonical({"data": result.data})
    kept = result.data if len(data) <= LEDGER_BYTES else None
    return {"data": kept, "bytes": len(data), "sha256": sha256(data), "tainted": result.tainted}


def _earlier(tx: Transaction, turn: Turn) -> tuple[str | None, list[Proposal]]:
    """The changeset this turn wrote before a crash, if any, and all proposals of the run and of the one it follows."""
    own = list_proposals(tx, run=turn.run, limit=1_000)
    followed = list_proposals(tx, run=turn.follows, limit=1_000) if turn.follows else []
    return changeset_of(tx, turn.run, turn.number), own + followed


_NOT_MADE = {
    ProposalState.EXPIRED, ProposalState.CANCELLED, ProposalState.SUPERSEDED, ProposalState.FAILED, ProposalState.STALE,
}  # fmt: skip
"""Ends after which the same change may be proposed anew: it was surely not made, and nobody said no."""


def _not_again(drafted: Drafted, earlier: Sequence[Proposal]) -> None:
    """Refuse a change that was proposed already and may have been made, or that a person rejected."""
    for one in earlier:
        if one.operation != drafted.operation:
            continue
        if one.state is ProposalState.REJECTED:
            raise RejectedBefore(reason=one.reason)
        if one.state not in _NOT_MADE:
            raise ProposedAlready(proposal=one.id)
