"""A toolbox to call from tests, for one person and one turn, with tools of the test's own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.support.company import AGENT, Company

from placet.toolbox import ToolDeclaration, declaration_of
from placet.toolbox.box import Proposed, Result, Toolbox
from placet.toolbox.turn import Call, Turn
from placet.vocabulary import Evidence, Person, Scope


class Bench:
    """Calls tools of the reference project, and those added here, as `person` would through the agent."""

    def __init__(self, co: Company, run: str, person: str = "riley") -> None:
        self.co = co
        self.box: Toolbox = co.app.toolbox
        self.turn = Turn(
            run=run, number=0, agent=co.app.project.agents[AGENT], requester=co.person(person), request="please"
        )

    def add(self, function: Callable[..., Any], *, scope: str = "") -> ToolDeclaration:
        """Give the agent one more tool, and the scope it needs if `scope` names it."""
        declared = declaration_of(function)
        assert declared is not None
        tool = replace(declared, name=f"test.{declared.name}")
        self.box._tools = {**self.box._tools, tool.name: tool}
        agent = replace(self.turn.agent, tools=(*self.turn.agent.tools, tool.name))
        if scope:
            agent = replace(agent, scopes=(*agent.scopes, Scope.parse(scope)))
        self.turn = replace(self.turn, agent=agent)
        return tool

    def with_agent(self, **changes: Any) -> None:
        self.turn = replace(self.turn, agent=replace(self.turn.agent, **changes))

    def with_requester(self, requester: Person) -> None:
        self.turn = replace(self.turn, requester=requester)

    def after(self, *evidence: Evidence, **changes: Any) -> None:
        """Let the turn have read something before."""
        self.turn = replace(self.turn, evidence=evidence, **changes)

    def tools(self) -> set[str]:
        """The names of the tools that are visible."""
        return set(self.box.visible(self.turn.agent, self.turn.requester))

    async def read(self, tool: str, **arguments: Any) -> Result:
        (result,) = await self.box.read(self.turn, [Call(id="c-1", tool=tool, arguments=arguments)])
        return result

    async def propose(self, tool: str, **arguments: Any) -> Proposed:
        return await self.box.propose(self.turn, [Call(id="c-1", tool=tool, arguments=arguments)])

    async def mistake(self, tool: str, **arguments: Any) -> Any:
        """The mistake a write call comes to, which must have proposed nothing and be on the ledger."""
        proposed = await self.propose(tool, **arguments)
        (result,) = proposed.mistakes
        assert (proposed.changeset, proposed.proposals, await self.co.proposals()) == (None, (), [])
        last = (await self.co.ledger())[-1]
        assert result.mistake is not None
        assert (last.kind, last.facts["code"]) == ("tool.refused", result.mistake.code)
        return result.mistake
