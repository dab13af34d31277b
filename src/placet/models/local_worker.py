"""The other side of the local model: one JSON line in, one out, until standard input ends.

It runs as a script, by its path, under `python -I`: it imports the standard library and `needle`, nothing of
placet. The first argument is the folder of the `needle` package, because another package of that name exists.
"""

import hashlib
import importlib.util
import json
import math
import os
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

KEPT_TOOL_SETS = 8
"""Tool sets held ready. Agents are few; the oldest unused set is closed first."""

LARGEST_INTEGER = 2**53 - 1
"""A double above it may stand for a number that nobody wrote (IEEE 754 binary64)."""


class ToolSets:
    """One prepared model for each set of tools and system text."""

    def __init__(self, needle: Any) -> None:
        self._needle = needle
        self._ready: OrderedDict[str, Any] = OrderedDict()

    def complete(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The library's own reply to `request["text"]`."""
        tools, system = request["tools"], request["system"]
        key = hashlib.sha256(json.dumps([tools, system], sort_keys=True).encode()).hexdigest()
        if key not in self._ready:
            if len(self._ready) == KEPT_TOOL_SETS:
                self._ready.popitem(last=False)[1].close()
            # auto_date would write the minute into the prompt, and the answer would change with the clock.
            self._ready[key] = self._needle.Needle(tools=tools, system=system, stateless=True, auto_date=False)
        self._ready.move_to_end(key)
        reply: Mapping[str, Any] = self._ready[key].complete(request["text"])
        return reply


def answer(reply: Mapping[str, Any]) -> dict[str, object]:
    """Turn the library's reply into ours: arguments as JSON text, numbers exact, confidence as text."""
    try:
        return {
            "calls": [_call(call) for call in reply.get("function_calls") or ()],
            "suppressed": [_call(call) for call in reply.get("suppressed_calls") or ()],
            "ungrounded": [str(name) for name in (reply.get("validation") or {}).get("ungrounded") or ()],
            "confidence": _confidence(reply.get("confidence")),
        }
    except ArithmeticError as error:
        return {"inexact": str(error)}


def serve(lines: Iterable[str], out: TextIO, complete: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
    """Answer every line. A failure is an answer too, so that the other side never waits in vain."""
    for line in lines:
        request = json.loads(line)
        try:
            body = answer(complete(request))
        except Exception as error:  # noqa: BLE001 - whatever the library raises belongs to this request
            body = {"error": f"{type(error).__name__}: {error}"[:300]}
        out.write(json.dumps({"id": request["id"], **body}) + "\n")
        out.flush()


def exact_numbers(value: object) -> object:
    """Whole doubles as integers; others stay, as their shortest text is what was meant.

    Raises:
        ArithmeticError: a number is too large to be exact, or is none.
    """
    if isinstance(value, dict):
        return {key: exact_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [exact_numbers(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if not math.isfinite(value) or abs(value) > LARGEST_INTEGER:
        raise ArithmeticError(f"{value} is not exact")
    return int(value) if value == int(value) else value


def _call(call: Mapping[str, Any]) -> dict[str, str]:
    arguments = exact_numbers(call.get("arguments") or {})
    return {"name": str(call["name"]), "arguments": json.dumps(arguments, ensure_ascii=False)}


def _confidence(value: object) -> str | None:
    return f"{value:.4f}" if isinstance(value, int | float) and 0 <= value <= 1 else None


def _load(folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location(
        "needle", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} is not a package")
    module = importlib.util.module_from_spec(spec)
    sys.modules["needle"] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Serve standard input. What the native library prints goes to standard error, not between the lines."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(sys.stdin, out, ToolSets(_load(Path(sys.argv[1]))).complete)


if __name__ == "__main__":
    main()
