"""Whatever happens in whatever order: nothing reaches the CRM that was not approved, and nothing twice.

A small model says which state each proposal must be in; the egress oracle and the ledger say whether that is true
outside. Attempts are cut off before and after they were sent, roles come and go, records change, time runs out.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from tests.support.company import Company, click_on, company, people_changed
from tests.support.tools import Bench

from placet.approvals import decide, expire
from placet.executor import System
from placet.ledger import verify
from placet.rules import Policies
from placet.testing.egress import check_egress, claims
from placet.vocabulary import DecisionKind, Proposal, ProposalState

S = ProposalState
DEALS = ("OPP-1001", "OPP-1002")


class Cut(BaseException):
    """A worker that died."""


async def nothing(_payload: Mapping[str, str]) -> None:
    """Leave it to the rules to say when something is executed or expires."""


class Life(RuleBasedStateMachine):
    """Proposals on a few deals; `model` holds the state each must be in."""

    proposals = Bundle("proposals")

    @initialize()
    def open(self) -> None:
        self.loop, self.stack, self.folder = asyncio.new_event_loop(), AsyncExitStack(), Path(tempfile.mkdtemp())
        self.co: Company = self.wait(self.stack.enter_async_context(company(self.folder)))
        for kind in ("execute", "expire"):
            self.co.dispatch.register(kind, nothing)  # the rules below say when
        self.model: dict[str, ProposalState] = {}
        self.base: dict[str, Proposal] = {}
        self.changed: dict[str, int] = dict.fromkeys(DEALS, 0)
        self.seen: dict[str, int] = {}
        self.cut: dict[str, bool] = {}
        self.stopped, self.dana, self.workers = False, True, 0

    def wait(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    @property
    def policies(self) -> Policies:
        roles = ("sales-director",) if self.dana else ("sales-rep",)
        return people_changed(self.co.policies, "dana", roles=roles)

    def current(self, key: str) -> bool:
        """Whether the record is as it was when the proposal was made."""
        return self.changed[self.base[key].operation.record] == self.seen[key]

    @rule(target=proposals, deal=st.sampled_from(DEALS), approve=st.booleans())
    def propose(self, deal: str, *, approve: bool) -> str:
        made: Proposal = self.wait(self.drafted(deal))
        self.model[made.id], self.base[made.id], self.seen[made.id] = S.PROPOSED, made, self.changed[deal]
        if approve:
            self.decide(made.id, DecisionKind.APPROVE, "dana")
        return made.id

    async def drafted(self, deal: str) -> Proposal:
        """What a turn of a run proposes, without the graph around it."""
        bench = Bench(self.co, await self.co.ask("riley", "x", settle=False))
        (made,) = (await bench.propose("set_deal_amount", deal=deal, amount=1_000 + len(self.model))).proposals
        return made

    @rule(key=proposals, kind=st.sampled_from(DecisionKind), person=st.sampled_from(["dana", "riley", "omar"]))
    def decide(self, key: str, kind: DecisionKind, person: str) -> None:
        counts = self.model[key] is S.PROPOSED and person == "dana" and self.dana
        counts = counts and not (self.stopped and kind is DecisionKind.APPROVE) and not self.late(key)
        told = self.wait(self.clicked(person, self.base[key], kind))
        assert (told.refused is None) == counts
        if counts:
            self.model[key] = S.APPROVED if kind is DecisionKind.APPROVE else S.REJECTED

    async def clicked(self, person: str, proposal: Proposal, kind: DecisionKind) -> Any:
        made = click_on(proposal, self.policies.people[person], kind, reason="because")
        return await self.co.store.write(lambda tx: decide(tx, self.co.dispatch, self.policies, made))

    def late(self, key: str) -> bool:
        return self.co.clock() >= self.base[key].expires_at

    @precondition(lambda self: any(state in {S.APPROVED, S.EXECUTING} for state in self.model.values()))
    @rule(data=st.data(), cut=st.sampled_from(["", "", "before", "after"]))
    def execute_what_is_due(self, data: st.DataObject, cut: str) -> None:
        due = [key for key, state in self.model.items() if state in {S.APPROVED, S.EXECUTING}]
        self.execute(data.draw(st.sampled_from(due)), cut)

    @rule(key=proposals, cut=st.sampled_from(["", "before", "after"]))
    def execute(self, key: str, cut: str) -> None:
        """Some worker comes to it, and may die right before or right after it sent."""
        before = self.model[key]
        self.workers += 1
        self.wait(self.work(key, cut))
        if before is S.EXECUTING:
            self.model[key] = S.DONE if self.cut[key] else S.FAILED
        if before is not S.APPROVED or self.stopped:
            return
        if self.late(key):
            self.model[key] = S.EXPIRED
        elif not self.dana:
            self.model[key] = S.CANCELLED
        elif cut:
            self.cut[key] = cut == "after" and self.current(key)
            self.model[key] = S.EXECUTING
            self.changed[self.base[key].operation.record] += self.cut[key]
        else:
            self.model[key] = S.DONE if self.current(key) else S.STALE
            self.changed[self.base[key].operation.record] += self.model[key] is S.DONE

    async def work(self, key: str, cut: str) -> None:
        executor = self.co.executor(f"worker-{self.workers}", policies=self.policies)
        whole = executor._systems["crm"]
        executor._systems = {"crm": System(reader=whole.reader, writer=Dying(whole.writer, cut))}
        try:
            await executor.execute(key)
        except Cut:
            return

    @rule(what=st.sampled_from(["switch", "role", "deal", "hours", "minute", "expiry"]), data=st.data())
    def the_world_goes_on(self, what: str, data: st.DataObject) -> None:
        match what:
            case "switch":
                self.wait(self.co.release("connector:crm") if self.stopped else self.co.stop("connector:crm"))
                self.stopped = not self.stopped
            case "role":
                self.dana = not self.dana
            case "deal":
                deal = data.draw(st.sampled_from(DEALS))
                self.wait(self.co.elsewhere(deal, next_step=f"call {self.changed[deal]}"))
                self.changed[deal] += 1
            case "expiry" if self.model:
                self.run_out(data.draw(st.sampled_from(sorted(self.model))))
            case _:
                self.co.clock.advance(timedelta(minutes=250 if what == "hours" else 1))

    def run_out(self, key: str) -> None:
        proposal = self.wait(self.co.again(self.base[key]))
        moved = self.wait(self.co.store.write(lambda tx: expire(tx, self.co.dispatch, proposal)))
        assert moved == (self.late(key) and self.model[key] in {S.PROPOSED, S.APPROVED})
        if moved:
            self.model[key] = S.EXPIRED

    @invariant()
    def only_what_was_approved_and_only_once(self) -> None:
        co, seen = self.co, self.co.egress()
        assert check_egress([("crm", seen)], [co.store.read_now(claims)]) == ()
        assert {one.id: one.state for one in self.wait(co.proposals())} == self.model
        done = sum(state is S.DONE for state in self.model.values())
        assert len(seen) == done + sum(self.model[key] is S.EXECUTING and sent for key, sent in self.cut.items())
        co.store.read_now(verify)

    def teardown(self) -> None:
        self.wait(self.stack.aclose())
        self.loop.close()
        shutil.rmtree(self.folder)


class Dying:
    """A writer whose worker dies before or after it sent."""

    def __init__(self, writer: Any, cut: str) -> None:
        self._writer, self._cut = writer, cut
        self.system, self.lookup_settles = writer.system, writer.lookup_settles
        self.lookup = writer.lookup

    async def apply(self, *given: Any, **named: Any) -> Any:
        if self._cut == "before":
            raise Cut
        outcome = await self._writer.apply(*given, **named)
        if self._cut == "after":
            raise Cut
        return outcome


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
