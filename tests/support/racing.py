"""Several things at once, from threads that start together."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tests.support.company import Company, click_on

from placet.approvals import Verdicted, decide
from placet.vocabulary import DecisionKind

T = TypeVar("T")


async def at_once(*actions: Callable[[], T]) -> list[T]:
    """Run all actions, each in a thread of its own, released at the same moment."""
    start, loop = threading.Barrier(len(actions)), asyncio.get_running_loop()

    def run(action: Callable[[], T]) -> T:
        start.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(await asyncio.gather(*(loop.run_in_executor(pool, run, one) for one in actions)))


async def race(co: Company, *clicks: tuple[str, DecisionKind]) -> list[Verdicted]:
    """Click on the only proposal from as many threads at once, past the store's own queue."""
    proposal = await co.only()

    def click(person: str, kind: DecisionKind) -> Verdicted:
        made = click_on(proposal, co.person(person), kind, reason="a reason")
        return co.store.write_now(lambda tx: decide(tx, co.dispatch, co.policies, made))

    return await at_once(*(lambda one=one: click(*one) for one in clicks))
