"""A reader that gives only what requester and agent may both read, and notes what came from outside."""

from collections.abc import Mapping, Sequence

from placet.connectors import Reader
from placet.errors import ScopeDenied
from placet.vocabulary import (
    Capabilities,
    Condition,
    ObjectSchema,
    Operation,
    Page,
    Record,
    Scope,
    covered,
)


class ScopedReader:
    """Wraps a reader for one tool call. Implements `Reader`; every read checks the object's `:read` scope."""

    def __init__(self, reader: Reader, allowed: frozenset[Scope], who: str) -> None:
        self._reader = reader
        self._allowed = allowed
        self._who = who
        self.system = reader.system
        self.version = reader.version
        self.tainted = False

    def objects(self) -> Sequence[str]:
        """The objects that may be read here."""
        return [one for one in self._reader.objects() if covered(Scope.parse(f"{one}:read"), self._allowed)]

    def describe(self, object: str) -> ObjectSchema:
        """The shape of an object; shapes are not secret."""
        return self._reader.describe(object)

    def capabilities(self, object: str) -> Capabilities:
        """What can be done with an object."""
        return self._reader.capabilities(object)

    async def read(self, object: str, record: str) -> Record:
        """One record.

        Raises:
            ScopeDenied: requester and agent may not both read this object.
        """
        self._check(object)
        return self._noted(await self._reader.read(object, record))

    async def search(
        self, object: str, where: Sequence[Condition] = (), *, limit: int = 20, cursor: str | None = None
    ) -> Page:
        """Records for which all conditions hold.

        Raises:
            ScopeDenied: requester and agent may not both read this object.
        """
        self._check(object)
        page = await self._reader.search(object, where, limit=limit, cursor=cursor)
        for record in page.records:
            self._noted(record)
        return page

    async def named(self, object: str, said: str, *, limit: int = 6) -> Sequence[Record]:
        """Records that `said` may mean.

        Raises:
            ScopeDenied: requester and agent may not both read this object.
        """
        self._check(object)
        return [self._noted(record) for record in await self._reader.named(object, said, limit=limit)]

    async def cascades(self, operation: Operation) -> Sequence[str]:
        """What else the system will change."""
        return await self._reader.cascades(operation)

    async def probe(self) -> Mapping[str, Mapping[str, bool]]:
        """What the credential may do."""
        return await self._reader.probe()

    def _check(self, object: str) -> None:
        scope = Scope.parse(f"{object}:read")
        if not covered(scope, self._allowed):
            raise ScopeDenied(scope=str(scope), who=self._who)

    def _noted(self, record: Record) -> Record:
        schema = self._reader.describe(record.object)
        if any(one.free_text and record.values.get(one.name) for one in schema.fields):
            self.tainted = True
        return record
