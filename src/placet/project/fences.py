"""What a room's Python file may import and call, checked on its syntax tree. A lint with lines, not a sandbox."""

import ast
from collections.abc import Iterator

import placet
from placet.errors import Finding
from placet.rules import nearest

PYTHON_ROOMS = ("tools", "graphs")
ROOMS = ("agents", "tools", "graphs", "policies", "evals")
PLAIN = frozenset({
    "__future__", "abc", "calendar", "collections", "contextlib", "dataclasses", "datetime", "decimal", "enum",
    "fractions", "functools", "itertools", "json", "math", "operator", "re", "statistics", "string", "textwrap",
    "typing", "unicodedata", "zoneinfo",
})  # fmt: skip
"""Modules of the standard library that reach nothing outside the process."""
_FORBIDDEN_CALLS = frozenset({"__import__", "breakpoint", "compile", "eval", "exec", "input", "open"})


def fence_findings(source: str, room: str, file: str) -> list[Finding]:
    """Imports and calls that a file of `room` may not contain. Nothing for a text that does not parse."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []  # importing the file reports this with its line
    found = [finding for node in ast.walk(tree) for finding in _in_node(node, room, file)]
    return sorted(found, key=lambda finding: finding.line)


def _in_node(node: ast.AST, room: str, file: str) -> Iterator[Finding]:
    match node:
        case ast.Import(names=names):
            for name in names:
                yield from _judge(name.name, room, file, node.lineno)
        case ast.ImportFrom(level=level) if level > 0:
            yield Finding(
                file, node.lineno, "a relative import reaches into another room; rooms name each other instead"
            )
        case ast.ImportFrom(module="placet", names=names):
            for name in names:
                if name.name not in placet.__all__:
                    message = f"`placet` has no public name `{name.name}`"
                    yield Finding(file, node.lineno, message, nearest(name.name, placet.__all__))
        case ast.ImportFrom(module=str(module)):
            yield from _judge(module, room, file, node.lineno)
        case ast.Call(func=ast.Name(id=name)) if name in _FORBIDDEN_CALLS:
            yield Finding(file, node.lineno, f"a room may not call `{name}`; systems are reached through placet alone")


def _judge(module: str, room: str, file: str, line: int) -> Iterator[Finding]:
    top = module.partition(".")[0]
    if top in PLAIN or (top == "langgraph" and room == "graphs"):
        return
    if top == "placet":
        if module != "placet":
            yield Finding(file, line, f"`{module}` is not open to rooms; import from `placet` itself")
    elif top in ROOMS or top == "placet_project":
        yield Finding(file, line, f"rooms do not import each other: `{module}`; name tools and graphs in agents/*.yaml")
    elif top == "langgraph":
        yield Finding(file, line, "only graphs/ may import langgraph")
    else:
        also = " and langgraph" if room == "graphs" else ""
        yield Finding(file, line, f"{room}/ may import only placet{also} and plain standard modules, not `{module}`")
