"""Time for the deadlines of the local Slack: monotonic, and a test may skip ahead."""

import asyncio
import time
from collections.abc import Callable


class Clock:
    """Seconds that only grow. `advance` skips ahead and wakes whoever sleeps on this clock.

    `base` gives the running seconds (default `time.monotonic`); tests that want a frozen clock pass
    `lambda: 0.0` and move it by hand.
    """

    def __init__(self, base: Callable[[], float] = time.monotonic) -> None:
        self._base = base
        self._skipped_s = 0.0
        self._skip = asyncio.Event()

    def now_s(self) -> float:
        """Seconds since an arbitrary start."""
        return self._base() + self._skipped_s

    def advance(self, seconds: float) -> None:
        """Skip ahead. Sleepers whose time has come wake at once."""
        self._skipped_s += seconds
        skip, self._skip = self._skip, asyncio.Event()
        skip.set()

    async def sleep_until(self, moment_s: float) -> None:
        """Return when this clock shows `moment_s`, because time passed or was skipped."""
        while (left := moment_s - self.now_s()) > 0:
            try:
                await asyncio.wait_for(self._skip.wait(), left)
            except TimeoutError:
                continue

    async def answered(self, answer: asyncio.Future[object], before_s: float) -> bool:
        """True when `answer` is done before this clock shows `before_s`, False when that comes first."""
        sleeper = asyncio.ensure_future(self.sleep_until(before_s))
        racing: set[asyncio.Future[object] | asyncio.Future[None]] = {answer, sleeper}
        try:
            await asyncio.wait(racing, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
        return answer.done()
