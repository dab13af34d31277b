"""No test talks to the outside: sockets and names beyond this machine are refused and remembered."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_OWN_NAMES = {"", "localhost", "localhost.localdomain"}


def is_here(address: object) -> bool:
    """Whether an address of `connect` or a host of `getaddrinfo` is this machine. Unix sockets are."""
    if address is None or isinstance(address, bytes):
        return True
    host = address[0] if isinstance(address, tuple) else address
    if not isinstance(host, str) or host in _OWN_NAMES or (isinstance(address, str) and "/" in address):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@contextmanager
def loopback_only() -> Iterator[list[str]]:
    """Refuse every connection beyond the loopback; the list names what was tried."""
    tried: list[str] = []

    def check(address: object) -> None:
        if not is_here(address):
            tried.append(str(address))
            raise PermissionError(f"a test tried to reach {address}")

    class Guarded(socket.socket):
        def connect(self, address: Any, /) -> None:
            check(address)
            super().connect(address)

        def connect_ex(self, address: Any, /) -> int:
            check(address)
            return super().connect_ex(address)

        def sendto(self, data: Any, *rest: Any) -> int:
            check(rest[-1])
            return super().sendto(data, *rest)

    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *rest: Any, **options: Any) -> Any:
        check(host.decode() if isinstance(host, bytes) else host)
        return look_up(host, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", Guarded)
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield tried
