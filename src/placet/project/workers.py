"""Worker ids that say where a worker runs, so that a restart on the same machine need not wait for silence."""

import os
import secrets
import socket

from placet.dispatch.heartbeats import retire
from placet.storage import Store, Transaction
from placet.storage.run_rows import heartbeat_workers


def new_worker_id() -> str:
    """An id no other process has, and this one has only until it ends: `host:pid:random`."""
    return f"{_host()}:{os.getpid()}:{secrets.token_hex(4)}"


def retire_dead_neighbours(store: Store) -> int:
    """Remove the heartbeats of workers of this host whose process is gone; returns how many.

    Only for SQLite: its file lives on one machine, so a process id there can be looked up here. Elsewhere a worker
    counts as dead only after its silence.
    """
    return store.write_now(_retire) if store.dialect == "sqlite" else 0


def _retire(tx: Transaction) -> int:
    dead = [worker for worker in heartbeat_workers(tx) if _is_gone(worker)]
    for worker in dead:
        retire(tx, worker)
    return len(dead)


def _is_gone(worker: str) -> bool:
    host, _, rest = worker.partition(":")
    process, _, _ = rest.partition(":")
    if host != _host() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _host() -> str:
    return socket.gethostname().replace(":", "_")[:40]
