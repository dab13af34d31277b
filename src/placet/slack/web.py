"""Slack's Web API as this room uses it: one client, and what its errors mean for whoever sends."""

import logging
from enum import Enum
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from placet.errors import SlackRefused
from placet.vocabulary import Secret

TIMEOUT_SECONDS: Final = 10
LONGEST_WAIT_SECONDS: Final = 300

SlackTrouble = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)
"""What a call may raise."""

_PASSING = frozenset({
    "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout",
    "team_added_to_org",
})  # fmt: skip
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
_TOO_LARGE = frozenset({
    "invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_blocks_too_long", "msg_too_long",
    "only_one_table_allowed",
})  # fmt: skip


class Trouble(Enum):
    """What to do about an error: try later, post anew, send something smaller, or give up and say so."""

    PASSING = "passing"
    GONE = "gone"
    TOO_LARGE = "too large"
    LASTING = "lasting"


def logger() -> logging.Logger:
    """For Bolt and the SDK. Below `WARNING` they log whole payloads, and compare the level themselves."""
    quiet = logging.getLogger("placet.slack.bolt")
    quiet.setLevel(logging.WARNING)
    return quiet


def open_client(api_url: str, token: Secret | None = None) -> AsyncWebClient:
    """A client for the API at `api_url`. Proxy variables are not followed to an address of this machine."""
    client = AsyncWebClient(
        token=token.reveal() if token else None, base_url=api_url, timeout=TIMEOUT_SECONDS, logger=logger()
    )
    if on_this_machine(api_url):
        client.proxy = None
    return client


def on_this_machine(url: str) -> bool:
    """Whether a URL points to the loopback interface."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def word_of(error: Exception) -> str:
    """Slack's own word for an error, or the kind of a failed connection."""
    if isinstance(error, SlackApiError):
        found = error.response.get("error") if hasattr(error.response, "get") else None
        return str(found or "no usable answer")
    return type(error).__name__


def trouble_of(error: Exception) -> Trouble:
    """What to do about an error."""
    if not isinstance(error, SlackApiError):
        return Trouble.PASSING
    status = getattr(error.response, "status_code", 200)
    word = word_of(error)
    if word in _PASSING or status == 429 or status >= 500:  # noqa: PLR2004 - HTTP's own numbers
        return Trouble.PASSING
    return Trouble.GONE if word in _GONE else Trouble.TOO_LARGE if word in _TOO_LARGE else Trouble.LASTING


def wait_of(error: Exception, attempt: int) -> int:
    """Seconds to wait before the next try: what Slack says, or twice as long each time; never above five minutes."""
    said = ""
    if isinstance(error, SlackApiError):
        headers = getattr(error.response, "headers", None) or {}
        said = str(headers.get("Retry-After", ""))
    wait = int(said) if said.isdigit() else int(2 ** min(attempt, 9))
    return min(max(wait, 1), LONGEST_WAIT_SECONDS)


def refused(method: str, error: Exception) -> SlackRefused:
    """An error as one sentence for the person who starts the app."""
    return SlackRefused(method=method, reason=word_of(error))
