"""What keeps the ledger worth something while nobody looks: heads are signed and put outside, round after round."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from placet.dispatch.failures import describe, trace
from placet.errors import LedgerKeyUnavailable, PlacetError, SettingInvalid
from placet.ledger.anchors import FileAnchor, Receipt, anchor_head
from placet.ledger.git_anchor import GitAnchor
from placet.ledger.heads import Head, heads, keep_head
from placet.ledger.keys import DEFAULT_ORIGIN, LedgerSigner
from placet.project.loader import Project
from placet.project.secrets import Secrets
from placet.storage import Store
from placet.vocabulary import Secret

log = structlog.get_logger()

GRACE_SECONDS = 20
"""How long a stop waits for the last round; an anchor that hangs is left then, and gets the newest head later."""

KeptAnchor = FileAnchor | GitAnchor
"""An anchor that settings can name. Both can be read back."""


class Periodic:
    """Runs `work` at once, every `seconds` after, and once more when it is stopped. A failure never ends it."""

    def __init__(self, name: str, work: Callable[[], Awaitable[object]], *, seconds: float) -> None:
        self.name = name
        self._work = work
        self._seconds = seconds
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running event loop; nothing if it runs already."""
        if self._task is None:
            self._stopping = asyncio.Event()
            self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """End after one last round, which may take `GRACE_SECONDS`; nothing if it does not run."""
        task, self._task = self._task, None
        if task is None:
            return
        self._stopping.set()
        try:
            await asyncio.wait({task}, timeout=GRACE_SECONDS)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            await self._once()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._seconds)
        await self._once()

    async def _once(self) -> None:
        try:
            await self._work()
        except PlacetError as error:
            log.warning("job.failed", job=self.name, code=error.code, error=str(error), next=error.next_step)
        except Exception as error:  # noqa: BLE001 - a job that ends would stop signing or sweeping for good
            log.error("job.failed", job=self.name, error=describe(error), trace=trace(error))  # noqa: TRY400 - no data in logs


class LedgerKeeper:
    """Signs heads of a project's ledger and puts them where the settings say. `key` defaults to the environment's."""

    def __init__(
        self,
        store: Store,
        *,
        origin: str,
        anchors: Sequence[KeptAnchor] = (),
        key: Callable[[], Secret | None] | None = None,
    ) -> None:
        self._store = store
        self._origin = origin
        self._anchors = tuple(anchors)
        self._key = key or Secrets().ledger_key

    async def round(self) -> None:
        """Sign what came since, then publish the newest head at each anchor.

        What fails is logged and tried again in the next round; it does not keep the rest from being done.
        """
        await self._tried("sign", self.sign)
        for anchor in self._anchors:
            await self._tried(anchor.name, partial(self.publish, anchor))

    async def sign(self) -> Head | None:
        """Sign a head, or record that none can be signed; nothing at all where signing was never set up.

        Raises:
            LedgerBroken: the ledger is damaged since the last head, so it is not signed.
            StorageError: the database refused.
        """
        if not self._given() and not await self._store.read(lambda tx: heads(tx, last=1)):
            return None
        head = await self._store.write(lambda tx: keep_head(tx, self.signer))
        if head is None:
            log.warning("ledger.unsigned", next="give the key back; a gap stands in the ledger until then")
        return head

    async def publish(self, anchor: KeptAnchor) -> Receipt | None:
        """Put the newest head at one anchor; `None` if it is there already or there is none.

        Raises:
            AnchorFailed: the anchor did not keep it.
            StorageError: the database refused.
        """
        return await anchor_head(self._store, anchor)

    def signer(self) -> LedgerSigner:
        """The signer, with its key read anew.

        Raises:
            LedgerKeyUnavailable: no key is given, or it cannot be read or used.
        """
        try:
            secret = self._key()
        except SettingInvalid as error:
            raise LedgerKeyUnavailable(reason=error.reason) from error
        if secret is None:
            raise LedgerKeyUnavailable(reason="none is given")
        return LedgerSigner.from_secret(secret, self._origin)

    def _given(self) -> bool:
        try:
            return self._key() is not None
        except SettingInvalid:
            return True  # somebody set it up, and it does not work

    @staticmethod
    async def _tried(what: str, step: Callable[[], Awaitable[object]]) -> None:
        try:
            await step()
        except PlacetError as error:
            log.warning("ledger.round_failed", step=what, code=error.code, error=str(error), next=error.next_step)


def ledger_keeper(project: Project, store: Store) -> LedgerKeeper:
    """The keeper that the project's settings describe."""
    return LedgerKeeper(store, origin=ledger_origin(project), anchors=ledger_anchors(project))


def ledger_job(project: Project, store: Store) -> Periodic:
    """The periodic job of `placet serve`, not started yet."""
    seconds = project.settings.ledger.sign_every_seconds
    return Periodic("ledger", ledger_keeper(project, store).round, seconds=seconds)


def ledger_origin(project: Project) -> str:
    """The name of the ledger in its heads: `ledger.origin`, else `placet/` and the project's name in simple letters."""
    if project.settings.ledger.origin:
        return project.settings.ledger.origin
    words = "".join(char if char.isalnum() else " " for char in project.settings.project.name.lower()).split()
    return f"placet/{'-'.join(words)}" if words else DEFAULT_ORIGIN


def ledger_anchors(project: Project) -> tuple[KeptAnchor, ...]:
    """The anchors that the settings name; relative paths count from the project folder."""
    settings = project.settings.ledger
    found: list[KeptAnchor] = []
    if settings.anchor_file:
        found.append(FileAnchor(project.path(settings.anchor_file)))
    if settings.anchor_git:
        found.append(GitAnchor(project.path(settings.anchor_git), remote=settings.anchor_git_remote))
    return tuple(found)
