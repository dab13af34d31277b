"""How good a system the embedded company pretends to be, and how it fails on demand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from placet.vocabulary import Grade, Idempotency, Undo


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedOptions:
    """The guarantees of a system, per object where `objects` names one (`crm.note`) and else for all.

    `busy_timeout_ms` (default 5,000, at least 0) is how long a transaction waits for another to end.
    """

    grade: Grade = Grade.ATOMIC
    idempotency: Idempotency = Idempotency.KEY
    undo: Undo = Undo.FULL
    busy_timeout_ms: int = 5_000
    objects: Mapping[str, "EmbeddedOptions"] = field(default_factory=dict)

    def of(self, object: str) -> "EmbeddedOptions":
        """The options that hold for `object`."""
        return self.objects.get(object, self)


@dataclass(slots=True, kw_only=True)
class Faults:
    """Failures to inject; all off by default, switched on and off while a test runs.

    - `timeout_before_commit`: the answer is lost and nothing changed; the caller sees `unknown`.
    - `timeout_after_commit`: the answer is lost after the change was made; the caller sees `unknown`.
    - `unavailable`: the system refuses to talk; `lookup` is `unknown` then.
    - `throttled_until`: the system asks to be left alone until then.
    - `hooks`: called at `after_compare` (grade `client_check` alone), `before_commit` and `after_commit`. What a
      hook raises is not caught: it stands for a crash of the process at that point.
    """

    timeout_before_commit: bool = False
    timeout_after_commit: bool = False
    unavailable: bool = False
    throttled_until: datetime | None = None
    hooks: Mapping[str, Callable[[], None]] = field(default_factory=dict)

    def reach(self, point: str) -> None:
        """Run the hook at `point`, if there is one."""
        hook = self.hooks.get(point)
        if hook is not None:
            hook()
