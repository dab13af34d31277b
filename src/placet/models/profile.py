"""What a model can and cannot do, so that a graph does not ask it for more."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableBinding


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """The abilities a graph has to know.

    `prose`: it can put an answer in words. `single_shot`: it reads one request and plans no second step from
    tool results. `max_tools`: the most tools it may be bound to, or `None` if no limit is known.
    """

    name: str
    prose: bool
    single_shot: bool
    max_tools: int | None


@runtime_checkable
class Profiled(Protocol):
    """A model that states its own profile."""

    def describe(self) -> ModelProfile:
        """The profile of this model as it is set up now."""


def profile_of(model: Runnable[Any, Any]) -> ModelProfile:
    """The profile of `model`, bound to tools or not. A model of another library counts as able."""
    while isinstance(model, RunnableBinding):
        model = model.bound
    if isinstance(model, Profiled):
        return model.describe()
    name = getattr(model, "model_name", None) or getattr(model, "model", None)
    if not isinstance(name, str):
        name = model._llm_type if isinstance(model, BaseChatModel) else type(model).__name__  # noqa: SLF001 - LangChain's only name for a kind of model
    return ModelProfile(name, prose=True, single_shot=False, max_tools=None)
