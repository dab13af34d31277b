"""A strict reader for YAML 1.2 that remembers the line of every value.

PyYAML only cuts the text into events here; nothing of its loaders is used. They resolve YAML 1.1 (`NO` is false,
`010` is 8, `12:30` is 750), let the last of two equal keys win, follow aliases and recurse without a limit.
Where PyYAML brings libyaml, that cuts: 2,000 rules take 45 ms instead of 1.1 s (`benchmarks/policies.py`).
Here a plain scalar is text unless it is `true`, `false`, `null` or `~`, or a decimal integer. Numbers with a
fraction stay text as well: placet has no floats.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from placet.errors import Finding, ProjectInvalid
from placet.vocabulary import Json

DEEPEST = 50
"""Most levels of lists and mappings inside each other."""
LARGEST_BYTES = 1_000_000
_CUTTER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HALF_A_CHARACTER = re.compile(r"[\ud800-\udfff]")
_HIDDEN = re.compile("[^\t\n\r -~\u00a0-\u2027\u202a-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Control characters, and the line breaks and marks that nobody sees and that parsers read differently."""
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}

YamlPath: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of a document to a value."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says. `lines` knows where each key or list item begins; lines count from 1."""

    file: str
    data: Json
    lines: Mapping[YamlPath, int]

    def line_of(self, path: YamlPath) -> int:
        """The line of `path`, or of the nearest thing around it that the file has. 0 for an empty file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 0

    def finding(self, path: YamlPath, message: str, nearest: str = "") -> Finding:
        """A finding at the line of `path`."""
        return Finding(self.file, self.line_of(path), message, nearest)


def read_yaml(path: Path, file: str) -> Document:
    """Read a file; `file` is its name in findings, relative to the project.

    Raises:
        ProjectInvalid: it cannot be read, is larger than 1 MB, or is not strict YAML.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _refused(file, 0, f"the file cannot be read: {error.strerror or 'unknown reason'}") from None
    return parse_yaml(content, file)


def parse_yaml(content: bytes | str, file: str) -> Document:
    """Parse one document. An empty text gives `None` as data.

    Raises:
        ProjectInvalid: the text is larger than 1 MB, not UTF-8, deeper than 50 levels, or uses duplicate keys,
            aliases, anchors, tags, merge keys or more than one document. The finding names the line.
    """
    raw = content.encode(errors="surrogatepass") if isinstance(content, str) else content
    if len(raw) > LARGEST_BYTES:
        raise _refused(file, 0, f"the file is larger than {LARGEST_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _refused(file, line, "the file is not UTF-8 text") from None
    if (hidden := _HIDDEN.search(text)) is not None:
        line = text.count("\n", 0, hidden.start()) + 1
        raise _refused(file, line, f"character U+{ord(hidden[0]):04X} is not allowed")
    return _Builder(file).build(text)


def _refused(file: str, line: int, message: str) -> ProjectInvalid:
    return ProjectInvalid(findings=(Finding(file, line, message),))


@dataclass(slots=True)
class _Open:
    """A mapping or list that is not closed yet."""

    path: YamlPath
    value: dict[str, Json] | list[Json]
    key: str | None = None
    seen: set[str] = field(default_factory=set)


class _Builder:
    """Turns events into data with a stack of its own, so that depth costs no recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[YamlPath, int] = {}
        self.stack: list[_Open] = []
        self.root: Json = None

    def build(self, text: str) -> Document:
        documents = 0
        for event in self._events(text):
            line = (event.start_mark.line if event.start_mark else 0) + 1
            if isinstance(event, yaml.NodeEvent):
                self._node(event, line)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.stack.pop()
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _refused(self.file, line, "a second document begins here; a room file holds one")
        return Document(self.file, self.root, self.lines)

    def _events(self, text: str) -> Iterator[yaml.Event]:
        try:
            cutter = _CUTTER(text)
            while not isinstance(event := cutter.get_event(), yaml.StreamEndEvent):
                yield event
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            reason = error.problem or error.context or "it does not parse"
            raise _refused(self.file, mark.line + 1 if mark else 0, f"this is not YAML: {reason}") from None
        except yaml.reader.ReaderError:
            raise _refused(self.file, 0, "a character is not allowed") from None
        except (ValueError, OverflowError):  # PyYAML's escapes and directives hand unchecked numbers to chr() and int()
            raise _refused(self.file, 0, "an escape or a directive names an impossible number") from None

    def _node(self, event: yaml.NodeEvent, line: int) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise _refused(self.file, line, "anchors and aliases are not allowed; write the value out")
        if getattr(event, "tag", None) is not None:
            raise _refused(self.file, line, "tags are not allowed; write a plain value")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
            return
        if len(self.stack) == DEEPEST:
            raise _refused(self.file, line, f"values are nested deeper than {DEEPEST} levels")
        opened: dict[str, Json] | list[Json] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Open(self._place(opened, line), opened))

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        text = event.value
        if _HALF_A_CHARACTER.search(text):
            raise _refused(self.file, line, "the text holds half a character (a lone surrogate)")
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._key(top, event, line)
            return
        self._place(_resolve(text) if event.implicit[0] else text, line)

    def _key(self, top: _Open, event: yaml.ScalarEvent, line: int) -> None:
        key = event.value if event.value.isascii() else unicodedata.normalize("NFC", event.value)
        if key == "<<" and event.implicit[0]:
            raise _refused(self.file, line, "merge keys are not allowed; write the fields out")
        if key in top.seen:
            raise _refused(self.file, line, f"the key `{key}` is written twice")
        top.seen.add(key)
        top.key = key
        self.lines[(*top.path, key)] = line

    def _place(self, value: Json, line: int) -> YamlPath:
        if not self.stack:
            self.root = value
            self.lines[()] = line
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            path: YamlPath = (*top.path, len(top.value))
            self.lines[path] = line
            top.value.append(value)
            return path
        if top.key is None:
            raise _refused(self.file, line, "a key must be plain text")
        path = (*top.path, top.key)
        top.value[top.key] = value
        top.key = None
        return path


def _resolve(plain: str) -> Json:
    if plain in _WORDS:
        return _WORDS[plain]
    return int(plain) if _INTEGER.fullmatch(plain) else plain
