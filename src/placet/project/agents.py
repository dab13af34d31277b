"""Reads the agents of a project: one YAML file each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from placet.errors import Finding, ProjectInvalid
from placet.project.settings import LimitSettings
from placet.rules import Document, Shape, read_shape, read_yaml
from placet.rules.models import Handle, ScopeText, Sentence
from placet.vocabulary import AgentSpec, Limits, Mode, Scope


def _fraction(text: str) -> str:
    if Decimal(text) > 1:
        raise ValueError(f"`{text}` is not between 0 and 1")
    return text


class AgentLimits(Shape):
    """Limits of one run of this agent; what is missing comes from `[limits]` in `placet.toml`."""

    steps_per_run: Annotated[int, Field(ge=1, le=100)] | None = None
    proposals_per_run: Annotated[int, Field(ge=1, le=100)] | None = None


class AgentFile(Shape):
    """One file of `agents/`, as it is written."""

    id: Handle
    title: Sentence
    description: Sentence = ""
    instructions: Annotated[str, Field(min_length=1, max_length=20_000)]
    graph: Annotated[str, Field(min_length=1)]
    tools: Annotated[tuple[str, ...], Field(min_length=1)]
    scopes: Annotated[tuple[ScopeText, ...], Field(min_length=1)]
    mode: Literal["off", "shadow", "ask", "auto"]
    owner: Handle
    confidence_floor: Annotated[str, Field(pattern=r"^[01](\.[0-9]{1,6})?$"), AfterValidator(_fraction)] | None = None
    limits: AgentLimits = AgentLimits()


@dataclass
class AgentRoom:
    """The agents by id, the document each was read from, and what is wrong with them."""

    agents: dict[str, AgentSpec] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def read_agents(folder: Path, limits: LimitSettings) -> AgentRoom:
    """Read `agents/*.yaml` of a project folder."""
    room = AgentRoom()
    for path in sorted((folder / "agents").glob("*.y*ml")):
        file = f"agents/{path.name}"
        if path.suffix != ".yaml":
            room.findings.append(
                Finding(file, 0, "agents are read from files that end in `.yaml`", f"{path.stem}.yaml")
            )
            continue
        try:
            _read_agent(room, read_yaml(path, file), limits)
        except ProjectInvalid as error:
            room.findings.extend(error.findings)
    return room


def _read_agent(room: AgentRoom, document: Document, limits: LimitSettings) -> None:
    entry, findings = read_shape(document, AgentFile)
    room.findings.extend(findings)
    if entry is None:
        return
    if entry.id in room.agents:
        first = room.documents[entry.id].file
        room.findings.append(document.finding(("id",), f"agent `{entry.id}` is defined twice, first in {first}"))
        return
    room.documents[entry.id] = document
    room.agents[entry.id] = _spec(entry, limits.model_dump())


def _spec(entry: AgentFile, defaults: Mapping[str, int]) -> AgentSpec:
    return AgentSpec(
        id=entry.id,
        title=entry.title,
        description=entry.description,
        instructions=entry.instructions.strip(),
        graph=entry.graph,
        tools=entry.tools,
        scopes=tuple(Scope.parse(text) for text in entry.scopes),
        mode=Mode(entry.mode),
        owner=entry.owner,
        confidence_floor=entry.confidence_floor,
        limits=Limits(**{**defaults, **entry.limits.model_dump(exclude_none=True)}),
    )
