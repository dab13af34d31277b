"""Trigger ids (single use, 3 seconds) and response URLs (5 uses, 30 minutes)."""

import secrets
from dataclasses import dataclass

from placet.localslack.clock import Clock
from placet.localslack.wire import Refused

TRIGGER_S = 3.0
RESPONSE_URL_S = 30 * 60.0
RESPONSE_URL_USES = 5


@dataclass
class Trigger:
    """Permission to open one view for one person."""

    user_id: str
    issued_s: float
    spent: bool = False


@dataclass
class ResponseUrl:
    """Where a response URL leads, and how often it was used."""

    channel: str
    user_id: str
    message_ts: str
    thread_ts: str
    issued_s: float
    uses: int = 0


class Triggers:
    """Every trigger id and response URL handed to the app."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def issue(self, user_id: str) -> str:
        """A new trigger id for this person."""
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user_id, self._clock.now_s())
        return trigger_id

    def spend(self, trigger_id: str) -> Trigger:
        """The trigger, now used up.

        Raises:
            Refused: `invalid_trigger_id`, `expired_trigger_id` or `exchanged_trigger_id`.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id", is_breach=True)
        if self._clock.now_s() - trigger.issued_s > TRIGGER_S:
            raise Refused("expired_trigger_id")
        if trigger.spent:
            raise Refused("exchanged_trigger_id")
        trigger.spent = True
        return trigger

    def issue_url(self, channel: str, user_id: str, message_ts: str = "", thread_ts: str = "") -> str:
        """A new response URL's last part."""
        token = secrets.token_urlsafe(18)
        self._urls[token] = ResponseUrl(channel, user_id, message_ts, thread_ts, self._clock.now_s())
        return token

    def use_url(self, token: str) -> ResponseUrl:
        """Where the response URL leads; counts one use.

        Raises:
            Refused: `expired_url` when unknown or older than 30 minutes, `used_url` after 5 uses.
        """
        url = self._urls.get(token)
        if url is None or self._clock.now_s() - url.issued_s > RESPONSE_URL_S:
            raise Refused("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise Refused("used_url", is_breach=True)
        url.uses += 1
        return url
