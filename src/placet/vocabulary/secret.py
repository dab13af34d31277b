"""Secrets as a type that does not print."""

from typing import NoReturn


class Secret:
    """Holds a token or key. Only `reveal()` gives it out; printing, JSON and pickle do not.

    Control C27 of the security bar: a secret must not reach a log, card, prompt, checkpoint or the ledger.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself. Call this only where it goes on the wire."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")
