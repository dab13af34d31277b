"""How checkpoints are written and read: strict msgpack, nothing that can run code.

By default LangGraph imports and calls whatever a stored blob names; whoever can write the checkpoint database could
then run code where graphs run (GHSA entries and measurements: docs/design/dispatch.md). Strict mode is read from
the environment once, when LangGraph is imported, so this module sets it before its own imports and, where another
module was faster, at the two places that hold the copy.
"""

import os

os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"

from typing import Any

from langgraph._internal import _serde
from langgraph.checkpoint.serde import _msgpack
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from placet.errors import SettingInvalid

_FLAG = "STRICT_MSGPACK_ENABLED"
_HOLDERS = (_msgpack, _serde)
for _holder in _HOLDERS:
    setattr(_holder, _FLAG, True)

ALLOWED: tuple[tuple[str, str], ...] = ()
"""Types beyond LangGraph's own safe list, which has plain values, messages, `Interrupt`, `Command` and `Send`.

Keep it empty: state is JSON. LangGraph adds the types that a graph's own schema names when it compiles it.
"""

_KINDS = frozenset({"null", "bytes", "bytearray", "msgpack"})


class StrictSerializer(JsonPlusSerializer):
    """msgpack with the allow-list; no pickle, and no `json` either, the old form that revives constructors."""

    def __init__(self) -> None:
        super().__init__(pickle_fallback=False, allowed_json_modules=None, allowed_msgpack_modules=ALLOWED)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """Read a stored value; a type that is not allowed comes back as its plain parts.

        Raises:
            ValueError: the value was stored in a form that is never loaded.
        """
        if data[0] not in _KINDS:
            raise ValueError(f"a checkpoint holds a `{data[0]}` value, which is never loaded")
        return super().loads_typed(data)


def strict_serializer() -> StrictSerializer:
    """The serializer of every checkpointer.

    Raises:
        SettingInvalid: LangGraph is not in strict mode, so nothing may be loaded.
    """
    if not all(getattr(holder, _FLAG) for holder in _HOLDERS):
        raise SettingInvalid(setting="LANGGRAPH_STRICT_MSGPACK", reason="strict mode is off in this process")
    return StrictSerializer()
