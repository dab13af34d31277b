"""What a command says: results on stdout, as tables or as one JSON document; hints and progress on stderr."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from placet.errors import PlacetError

if TYPE_CHECKING:
    from rich.console import Console

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_NO_TERMINAL_WIDTH = 160
"""Columns of a table in a pipe or a file, where there is no screen to ask."""

_json = [False]


def expect_json(*, wanted: bool) -> None:
    """Say whether stdout is to hold a JSON document; errors then appear there too."""
    _json[0] = wanted


def shown(text: object) -> str:
    """Data for a terminal: control and hidden characters are written out, so that they steer nothing."""
    return "".join(_shown(one) for one in str(text))


def _shown(one: str) -> str:
    return f"⟨U+{ord(one):04X}⟩" if one != "\n" and unicodedata.category(one) in _HIDDEN else one


def write(file: TextIO, text: str) -> None:
    """Write a line at once, also into a pipe."""
    file.write(f"{text}\n")
    file.flush()


class Output:
    """The voice of one command."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def document(self, data: Mapping[str, object], *, compact: bool = False) -> None:
        """Write the JSON document; nothing where people read."""
        if self.as_json:
            write(sys.stdout, json.dumps(data, ensure_ascii=False, indent=None if compact else 2))

    def line(self, text: str = "") -> None:
        """Write a line of the result for people."""
        if not self.as_json:
            write(sys.stdout, shown(text))

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
        """Write a table for people. Cells are data: no markup, no control characters."""
        if self.as_json:
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(title=title or None, title_justify="left", header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(shown(cell), style=_STYLES.get(str(cell), "")) for cell in row))
        _console(sys.stdout).print(table)

    def facts(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Write names and values, one a line; empty values are left out."""
        if self.as_json:
            return
        listed = [(name, shown(value)) for name, value in pairs if value not in ("", None)]
        width = max((len(name) for name, _value in listed), default=0)
        for name, value in listed:
            head, *rest = value.split("\n")
            write(sys.stdout, f"{name:<{width}}  {head}")
            for line in rest:
                write(sys.stdout, f"{'':<{width}}  {line}")

    @staticmethod
    def hint(text: str) -> None:
        """Say something beside the result: progress, or what to do next."""
        write(sys.stderr, shown(text))


_STYLES = {
    "ok": "green",
    "warn": "yellow",
    "fail": "bold red",
    "done": "green",
    "rejected": "red",
    "failed": "red",
    "unknown": "bold red",
    "proposed": "yellow",
    "yes": "green",
    "no": "bold red",
}


def _console(file: TextIO) -> "Console":
    from rich.console import Console

    return Console(file=file, markup=False, highlight=False, width=None if file.isatty() else _NO_TERMINAL_WIDTH)


def say_error(error: PlacetError) -> None:
    """Write an error and what to do next on stderr, and as a JSON document where one was asked for."""
    if _json[0]:
        document = {"error": {"code": error.code, "message": str(error), "next": error.next_step}}
        write(sys.stdout, json.dumps(document, ensure_ascii=False, indent=2))
    write(sys.stderr, f"error: {shown(error)}")
    if error.next_step:
        write(sys.stderr, f"next: {shown(error.next_step)}")
