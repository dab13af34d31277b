"""The Slack app: requests in, cards and answers out. The only room that imports slack_bolt; never langgraph."""

from placet.slack.app import SlackEdge

__all__ = ["SlackEdge"]
