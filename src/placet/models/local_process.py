"""A child process that answers one JSON line at a time, and never outlives its owner."""

import json
import os
import select
import shutil
import subprocess
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from placet.errors import ModelUnavailable

_GRACE_SECONDS = 2.0
"""How long a child may take to see that its input ended before it is killed."""

_LONGEST_COMPLAINT = 200


class _Died(Exception):
    """The child ended before it answered."""


class LineProcess:
    """Starts `command` when first asked, in a private folder and a clean environment.

    A child that dies is started again once for the same request; one that does not answer in time is killed.
    Calls from several threads wait for each other.
    """

    def __init__(self, command: Sequence[str], *, name: str, timeout_seconds: float) -> None:
        self._command = list(command)
        self._name = name
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._number = 0

    @property
    def pid(self) -> int | None:
        """The child's process id, or `None` before the first request and after `close`."""
        running = self._running
        return running.process.pid if running else None

    def ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Send `request` and return the answer to it.

        Raises:
            ModelUnavailable: the child died twice, did not answer in time, or answered something else.
        """
        with self._lock:
            try:
                return self._ask_once(request)
            except _Died:
                self._stop()
            try:
                return self._ask_once(request)
            except _Died as error:
                self._stop()
                raise self._unavailable(f"its process ended twice ({error})") from error

    def close(self) -> None:
        """End the child and remove its folder. The next request would start another."""
        with self._lock:
            self._stop()

    def _ask_once(self, request: Mapping[str, object]) -> dict[str, Any]:
        self._number += 1
        deadline = time.monotonic() + self._timeout_seconds
        try:
            if self._running is None or self._running.owner != os.getpid():
                self._running = _Running(self, self._command)
            self._running.write(json.dumps({"id": self._number, **request}).encode() + b"\n", deadline)
            reply = json.loads(self._running.read_line(deadline))
        except TimeoutError as error:
            self._stop(at_once=True)
            raise self._unavailable(f"it did not answer in {self._timeout_seconds:g} s") from error
        except ValueError as error:
            self._stop(at_once=True)
            raise self._unavailable("its process wrote something that is not JSON") from error
        except OSError as error:
            self._stop(at_once=True)
            raise self._unavailable(f"its process cannot be run ({error.strerror})") from error
        if not isinstance(reply, dict) or reply.get("id") != self._number:
            self._stop(at_once=True)
            raise self._unavailable("its process answered another request")
        return reply

    def _stop(self, *, at_once: bool = False) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.end(at_once=at_once)

    def _unavailable(self, reason: str) -> ModelUnavailable:
        return ModelUnavailable(model=self._name, reason=reason)


class _Running:
    """One child: its pipes, its folder, and the promise that both go when the owner does."""

    def __init__(self, owner: LineProcess, command: Sequence[str]) -> None:
        self.owner = os.getpid()
        self._home = Path(tempfile.mkdtemp(prefix="placet-model-"))
        try:
            self.process = _start(command, self._home)
        except OSError:
            shutil.rmtree(self._home, ignore_errors=True)
            raise
        self._rest = b""
        self._finalizer = weakref.finalize(owner, _end, self.process, self._home, self.owner)
        os.set_blocking(self._stdin, False)

    @property
    def _stdin(self) -> int:
        assert self.process.stdin is not None
        return self.process.stdin.fileno()

    @property
    def _stdout(self) -> int:
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def write(self, data: bytes, deadline: float) -> None:
        while data:
            _wait(self._stdin, select.POLLOUT, deadline)
            try:
                data = data[os.write(self._stdin, data) :]
            except BrokenPipeError as error:
                raise _Died(self._complaint()) from error

    def read_line(self, deadline: float) -> bytes:
        while b"\n" not in self._rest:
            _wait(self._stdout, select.POLLIN, deadline)
            block = os.read(self._stdout, 65536)
            if not block:
                raise _Died(self._complaint())
            self._rest += block
        line, self._rest = self._rest.split(b"\n", 1)
        return line

    def end(self, *, at_once: bool) -> None:
        if at_once:
            self.process.kill()
        self._finalizer()

    def _complaint(self) -> str:
        lines = (self._home / "complaints.txt").read_text(encoding="utf-8", errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return said[-1][:_LONGEST_COMPLAINT] if said else "it said nothing"


def _start(command: Sequence[str], home: Path) -> "subprocess.Popen[bytes]":
    with (home / "complaints.txt").open("wb") as complaints:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and script, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            bufsize=0,
            cwd=home,
            env=clean_environment(home),
            start_new_session=True,  # Ctrl-C in a terminal ends the owner, and the owner ends the child
        )


def _wait(pipe: int, event: int, deadline: float) -> None:
    # poll, not select: a server with more than 1,024 open files would break select.
    poller = select.poll()
    poller.register(pipe, event)
    if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise TimeoutError


def clean_environment(home: Path) -> dict[str, str]:
    """The whole environment of the child: no key of ours, no proxy, no telemetry, nowhere to leave files.

    `NEEDLE_TELEMETRY` must be exactly `0`; `DO_NOT_TRACK` is the second lock on the same door.
    """
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "NEEDLE_TELEMETRY": "0",
        "DO_NOT_TRACK": "1",
        "HF_HUB_OFFLINE": "1",
    }


def _end(process: "subprocess.Popen[bytes]", home: Path, owner: int) -> None:
    """Close the child's input, wait for it, kill it if it lingers. A forked copy of the owner leaves it alone."""
    if os.getpid() != owner:
        return
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
    shutil.rmtree(home, ignore_errors=True)
