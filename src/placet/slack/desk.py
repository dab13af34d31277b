"""What every listener works with."""

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from placet.dispatch import Dispatch
from placet.rules import Policies
from placet.slack.errands import Errands
from placet.storage import Store
from placet.vocabulary import AgentSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts of the app, and who the app is: `team` is its workspace, `bot` its own user."""

    store: Store
    dispatch: Dispatch
    policies: Policies
    agent: AgentSpec
    graph_version: str
    examples: tuple[str, ...]
    client: AsyncWebClient
    errands: Errands
    team: str
    bot: str
