"""Measures of the code, read from its syntax trees. `python tests/unit/house/measures.py` prints them."""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
ENGINE = ("src",)
ROOMS = ("agents", "tools", "graphs", "policies", "evals")

_SILENCER = re.compile(r"#\s*(type:\s*ignore|noqa|pyright:\s*ignore|pragma:)")
_WITH_CODE_AND_REASON = re.compile(
    r"#\s*(type:\s*ignore\[[\w, -]+\]\s*#\s*\S+|noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*\s+\S+|pragma:\s*no cover\s+\S+)"
)


class Function(NamedTuple):
    where: str
    lines: int


class Source(NamedTuple):
    """One Python file. `name` is its path below the top of the checkout."""

    name: str
    text: str

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def functions(self) -> Iterator[Function]:
        """Each function with its length: first line to last, signature, docstring and inner functions included."""
        for node in ast.walk(self.tree()):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                yield Function(f"{self.name}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1)

    def comments(self) -> Iterator[tuple[int, str]]:
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string

    def silenced(self) -> Iterator[str]:
        """Comments that silence a checker."""
        return (f"{self.name}:{line}" for line, text in self.comments() if _SILENCER.match(text))

    def silenced_without_reason(self) -> Iterator[str]:
        """The same, where the code of the rule or the reason is missing."""
        for line, text in self.comments():
            if _SILENCER.match(text) and not _WITH_CODE_AND_REASON.match(text):
                yield f"{self.name}:{line} {text}"

    def uses_of_any(self) -> int:
        """How often `Any` stands in a type."""
        return sum(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(self.tree()))


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """The Python files below these folders of the checkout, in a fixed order."""
    return tuple(
        Source(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    )


def percentile_95(sizes: Sequence[int]) -> int:
    """The nearest-rank 95th percentile."""
    return sorted(sizes)[max(0, -(-len(sizes) * 95 // 100) - 1)]


def per_thousand_lines(count: int, files: Sequence[Source]) -> float:
    return 1000 * count / sum(file.lines for file in files)


def measures() -> Iterator[str]:
    """One line a measure, for people."""
    files = sources(*ENGINE, *ROOMS)
    functions = [function.lines for file in files for function in file.functions()]
    sizes = [file.lines for file in files]
    yield f"house: {len(files)} files, {sum(sizes)} lines; 95 % at most {percentile_95(sizes)}, longest {max(sizes)}"
    yield f"house: {len(functions)} functions; 95 % at most {percentile_95(functions)} lines, longest {max(functions)}"
    loose = per_thousand_lines(sum(file.uses_of_any() for file in files), files)
    quiet = per_thousand_lines(sum(len(list(file.silenced())) for file in files), files)
    yield f"house: `Any` {loose:.1f} and silenced checks {quiet:.1f} per 1000 lines"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in measures())
