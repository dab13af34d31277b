"""What the toolbox must know about the turn it serves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from placet.vocabulary import AgentSpec, Evidence, Json, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One pass of a run through its tools.

    `pins` are records the rep chose for words that were ambiguous, keyed `<object>|<said, lower case>`. `evidence`
    is what the run has read so far; `confidence` is the model's own, as decimal text, or `None`. `follows` is the
    run this one asks again, or empty.
    """

    run: str
    number: int
    agent: AgentSpec
    requester: Person
    request: str
    pins: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    confidence: str | None = None
    follows: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One tool call of a model's answer, strictly parsed."""

    id: str
    tool: str
    arguments: Mapping[str, Json]
