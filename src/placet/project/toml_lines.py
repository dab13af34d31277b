"""Lines of keys in a TOML file: the standard parser does not keep them."""

import re
from collections.abc import Mapping
from typing import TypeAlias

TomlPath: TypeAlias = tuple[str, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_DOTTED})\s*\]\]?")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_PARTS = re.compile(_PART)


def lines_of(text: str) -> dict[TomlPath, int]:
    """The line, from 1, of each table header and each key that begins a line of a valid TOML text."""
    lines: dict[TomlPath, int] = {}
    table: TomlPath = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _split(header[1])
            _note(lines, table, number)
        elif key := _KEY.match(line):
            _note(lines, (*table, *_split(key[1])), number)
    return lines


def line_in(lines: Mapping[TomlPath, int], path: TomlPath) -> int:
    """The line of `path` or of the nearest table around it; 0 if neither is known."""
    return next((lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in lines), 0)


def _split(dotted: str) -> TomlPath:
    return tuple(part.strip("\"'") for part in _PARTS.findall(dotted))


def _note(lines: dict[TomlPath, int], path: TomlPath, number: int) -> None:
    for length in range(1, len(path) + 1):
        lines.setdefault(path[:length], number)
