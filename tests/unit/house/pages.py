"""The documentation as data: pages, their links, code blocks, and the names they mention."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FILE = re.compile(r"`((?:src|tests|docs|tools|graphs|policies|agents|evals|benchmarks)/[\w./-]+)(?:::(\w+))?`")


class Block(NamedTuple):
    """A fenced piece of code and the page it stands on."""

    page: str
    language: str
    text: str


class Mention(NamedTuple):
    """A file named in the text, and the test named after `::`, if any."""

    page: str
    path: str
    test: str


class Page(NamedTuple):
    path: Path
    text: str

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    def blocks(self) -> Iterator[Block]:
        return (Block(self.name, language, text) for language, text in _FENCE.findall(self.text))

    def prose(self) -> str:
        return _FENCE.sub("", self.text)

    def links(self) -> list[str]:
        return _LINK.findall(self.prose())

    def anchors(self) -> set[str]:
        """The fragments that a reader of Markdown makes from the headings."""
        words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(self.prose()))
        return {word.replace(" ", "-") for word in words}

    def mentions(self) -> Iterator[Mention]:
        return (Mention(self.name, path, test) for path, test in _FILE.findall(self.prose()))


@cache
def pages() -> tuple[Page, ...]:
    """Every page of this repository that people read."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "evals").rglob("*.md")]
    return tuple(Page(path, path.read_text(encoding="utf-8")) for path in sorted(found))


def blocks(language: str) -> list[Block]:
    return [block for page in pages() for block in page.blocks() if block.language == language]


def typed(block: Block) -> list[str]:
    """What a person types: the lines after `$ `, with lines that go on after a backslash."""
    joined = block.text.replace("\\\n", " ")
    return [line.removeprefix("$ ").strip() for line in joined.splitlines() if line.startswith("$ ")]
