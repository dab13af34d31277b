"""A counter that grows with every visible change, so that watchers wait for events and never poll."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from placet.localslack.wire import JsonObject

MAX_TRAFFIC = 10_000
"""Web API calls kept for the inspector; older ones are forgotten first."""


class Changes:
    """What watchers wait on. `bump` is called by whoever changes something a person could see."""

    def __init__(self) -> None:
        self.count = 0
        self._waiting = asyncio.Event()

    def bump(self) -> None:
        """Something changed: wake every watcher."""
        self.count += 1
        waiting, self._waiting = self._waiting, asyncio.Event()
        waiting.set()

    async def after(self, count: int, timeout_s: float) -> int:
        """The counter once it is larger than `count`, or as it is when `timeout_s` have passed."""
        deadline = time.monotonic() + timeout_s
        while self.count <= count and (left := deadline - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(self._waiting.wait(), left)
            except TimeoutError:
                break
        return self.count


@dataclass
class Journal:
    """What the app did: every Web API call, and every breach of a rule real Slack enforces."""

    changes: Changes
    traffic: deque[JsonObject] = field(default_factory=lambda: deque(maxlen=MAX_TRAFFIC))
    failures: list[str] = field(default_factory=list)
    _calls: int = 0

    def call(self, method: str, args: JsonObject, error: str, at: str) -> None:
        """Record one call; `error` is empty when it succeeded, `at` a Slack timestamp."""
        self._calls += 1
        self.traffic.append(
            {"seq": self._calls, "method": method, "args": args, "ok": not error, "error": error, "at": at}
        )
        self.changes.bump()

    def fail(self, failure: str) -> None:
        """Record a breach."""
        self.failures.append(failure)
        self.changes.bump()
