"""`placet serve` as a process of its own, started, watched, stopped and, for the story, killed."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable
from typing import TypeVar

from placet.cli.demo.stage import Stage
from placet.errors import DemoFailed, LocalSlackError

READY_WITHIN_S = 60.0
STOPPED_WITHIN_S = 30.0
LINES_TOLD = 8

T = TypeVar("T")


class Server:
    """One `placet serve` on the stage at a time. What it says goes into the stage's log."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._process: Process | None = None
        self._drain: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it and return once it is ready.

        Raises:
            DemoFailed: it ended before, or is not ready in a minute; the error quotes its last words.
        """
        # -P: the project's folder must not shadow installed packages; its rooms have common names.
        command = [
            sys.executable,
            "-P",
            "-m",
            "placet",
            "serve",
            "--project",
            str(self._stage.project.folder),
            "--json",
        ]
        with self._stage.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command, env=self._stage.environment(), cwd=self._stage.folder, stdin=DEVNULL, stdout=PIPE, stderr=log
            )
        assert self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), READY_WITHIN_S)
        except TimeoutError:
            await self.kill()
            raise self.failed(f"the server was not ready in {READY_WITHIN_S:g} s") from None
        if not _says_ready(line):
            status = await self._process.wait()
            raise self.failed(f"the server ended at its start with status {status}")
        self._drain = asyncio.create_task(self._keep(self._process.stdout))

    async def _keep(self, stdout: asyncio.StreamReader) -> None:
        """Whatever else it writes to stdout goes into the log; a full pipe would stop it."""
        while line := await stdout.readline():
            with self._stage.log.open("ab") as log:
                log.write(line)

    async def ended(self) -> int:
        """Wait for its end; returns its exit status, negative for a signal."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> int | None:
        """Ask it to stop and wait; returns its exit status, or `None` if it was not running."""
        process = self._process
        if process is None or process.returncode is not None:
            return None
        process.terminate()
        try:
            return await asyncio.wait_for(process.wait(), STOPPED_WITHIN_S)
        except TimeoutError:
            process.kill()
            return await process.wait()

    async def kill(self) -> int:
        """End it as a power cut would: SIGKILL, with no chance to tidy up."""
        assert self._process is not None
        self._process.kill()
        return await self._process.wait()

    async def watching(self, what: str, waiting: Awaitable[T], within_s: float) -> T:
        """The result of `waiting`, unless the server ends first.

        Raises:
            DemoFailed: the server ended, or `within_s` seconds passed; the error names `what` was waited for.
        """
        found = asyncio.ensure_future(waiting)
        end = asyncio.ensure_future(self.ended())
        try:
            await asyncio.wait({found, end}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            if found.done():
                return found.result()
            why = f"; the server ended with status {end.result()}" if end.done() else f" for {within_s:g} s"
            raise self.failed(f"waited for {what}{why}")
        except LocalSlackError as error:
            raise self.failed(f"waited for {what}: {error}") from error
        finally:
            found.cancel()
            end.cancel()
            await asyncio.gather(found, end, return_exceptions=True)

    def failed(self, reason: str) -> DemoFailed:
        """The error that says `reason` and quotes the log's last lines."""
        return DemoFailed(reason=reason, log=str(self._stage.log), told="".join(f"\n  {one}" for one in self._words()))

    def _words(self) -> list[str]:
        try:
            lines = self._stage.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        spoken = [line.strip() for line in lines if line.strip()]
        errors = [line for line in spoken if line.startswith(("error: ", "next: "))]
        return errors[-2:] or spoken[-LINES_TOLD:]


def _says_ready(line: bytes) -> bool:
    try:
        said = json.loads(line or b"null")
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("ready") is True
