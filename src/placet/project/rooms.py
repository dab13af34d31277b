"""Imports the Python files of a project's rooms under private names.

Plain folders on the path would clash with installed packages: one called `agents` exists (facts: style §5).
"""

import ast
import hashlib
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NoReturn

from placet.errors import Finding, ProjectInvalid
from placet.project.fences import fence_findings
from placet.rules import nearest
from placet.toolbox import ToolDeclaration, declaration_of

PRIVATE = "placet_project"
_FILE = re.compile(r"[a-z][a-z0-9_]*\.py")


class _RoomLoader(SourceFileLoader):
    """Compiles from source each time: cached bytecode is keyed by whole seconds and would litter the rooms."""

    def path_stats(self, path: str) -> NoReturn:
        raise OSError(path)


@dataclass(frozen=True, slots=True)
class Graph:
    """One file of `graphs/`. `build(steps)` makes the graph; `version` is its `VERSION`, or `1`."""

    name: str
    build: Callable[[Any], Any]
    version: str
    source_file: str


@dataclass
class PythonRooms:
    """What the files of `tools/` and `graphs/` declare. `broken` holds rooms and files that did not load."""

    tools: dict[str, ToolDeclaration] = field(default_factory=dict)
    graphs: dict[str, Graph] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def read_python_rooms(folder: Path, *, deep: bool = True) -> PythonRooms:
    """Import every file of `tools/` and collect what they declare and what is wrong with them.

    `deep` imports the graphs too. Otherwise a graph that looks right is imported when it is built: whoever runs no
    graph (deciding, looking, receiving) does not wait seconds for LangGraph.
    """
    rooms = PythonRooms()
    for path in _files(folder, "tools", rooms):
        _read_tools(folder, path, rooms)
    for path in _files(folder, "graphs", rooms):
        if deep or not _defer_graph(folder, path, rooms):
            _read_graph(folder, path, rooms)
    return rooms


def _files(folder: Path, room: str, rooms: PythonRooms) -> Iterator[Path]:
    for path in sorted((folder / room).glob("*")):
        if path.suffix == ".py" and _FILE.fullmatch(path.name):
            yield path
        elif path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__" and not path.name.startswith(".")):
            message = f"{room}/ holds plain files such as `{room}/crm.py`; this is not read"
            rooms.findings.append(Finding(f"{room}/{path.name}", 0, message))


def _read_tools(folder: Path, path: Path, rooms: PythonRooms) -> None:
    module = _import(folder, "tools", path, rooms)
    for name, value in vars(module).items() if module else ():
        declaration = declaration_of(value)
        if not isinstance(value, FunctionType) or value.__code__.co_filename != str(path):
            continue
        if declaration is not None:
            full = f"{path.stem}.{name}"
            rooms.tools[full] = replace(declaration, name=full)
        elif not name.startswith("_"):
            message = f"function `{name}` declares no effect; add `@read`, `@write` or `@egress`, or begin it with `_`"
            rooms.findings.append(Finding(f"tools/{path.name}", value.__code__.co_firstlineno, message))


def _defer_graph(folder: Path, path: Path, rooms: PythonRooms) -> bool:
    """Take a graph by its syntax tree alone; false where that does not show `build(steps)` and a plain `VERSION`."""
    source, file = _source(path), f"graphs/{path.name}"
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    builds = [one for one in body if isinstance(one, ast.FunctionDef) and one.name == "build"]
    if len(builds) != 1 or len(builds[0].args.args) != 1 or fence_findings(source, "graphs", file):
        return False
    rooms.graphs[path.stem] = Graph(path.stem, _late(folder, path), _version(body), str(path))
    return True


def _version(body: list[ast.stmt]) -> str:
    for one in body:
        match one:
            case ast.Assign(targets=[ast.Name(id="VERSION")], value=ast.Constant(value=value)):
                return str(value)
    return "1"


def _late(folder: Path, path: Path) -> Callable[[Any], Any]:
    def build(steps: object) -> object:
        rooms = PythonRooms()
        _read_graph(folder, path, rooms)
        if rooms.findings:
            raise ProjectInvalid(findings=tuple(rooms.findings))
        return rooms.graphs[path.stem].build(steps)

    return build


def _read_graph(folder: Path, path: Path, rooms: PythonRooms) -> None:
    module = _import(folder, "graphs", path, rooms)
    if module is None:
        return
    build, file = getattr(module, "build", None), f"graphs/{path.name}"
    if not callable(build):
        own = [name for name, value in vars(module).items() if isinstance(value, FunctionType)]
        rooms.findings.append(Finding(file, 0, "a graph file needs a function `build(steps)`", nearest("build", own)))
    elif len(inspect.signature(build).parameters) != 1:
        rooms.findings.append(Finding(file, _line_of(build), "`build` takes one parameter, the steps"))
    else:
        rooms.graphs[path.stem] = Graph(path.stem, build, str(getattr(module, "VERSION", "1")), str(path))
        return
    rooms.broken.add(f"graphs/{path.stem}")


def _line_of(function: object) -> int:
    code = getattr(function, "__code__", None)
    return int(code.co_firstlineno) if code else 0


def _import(folder: Path, room: str, path: Path, rooms: PythonRooms) -> ModuleType | None:
    file = f"{room}/{path.name}"
    fenced = fence_findings(_source(path), room, file)
    rooms.findings.extend(fenced)
    name = _private_name(folder, room, path)
    spec = spec_from_file_location(name, path, loader=_RoomLoader(name, str(path)))
    if fenced or spec is None or spec.loader is None:  # a file that breaks the fence is not run, only reported
        rooms.broken.add(f"{room}/{path.stem}")
        return None
    module = module_from_spec(spec)
    sys.modules[name] = module  # typing and dataclasses look their module up there while it is being imported
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a customer's file raises becomes a finding
        del sys.modules[name]
        rooms.broken.add(f"{room}/{path.stem}")
        rooms.findings.append(Finding(file, _failing_line(error, path), f"the file does not import: {_said(error)}"))
        return None
    return module


def _source(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _private_name(folder: Path, room: str, path: Path) -> str:
    """The plain private name, or one with the folder's hash where another project took it in this process."""
    plain = f"{PRIVATE}.{room}.{path.stem}"
    taken = getattr(sys.modules.get(plain), "__file__", str(path))
    if taken == str(path):
        return plain
    return f"{PRIVATE}.{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}.{room}.{path.stem}"


def _failing_line(error: BaseException, path: Path) -> int:
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 0
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 0 for frame in reversed(frames) if frame.filename == str(path)), 0)


def _said(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return (text.splitlines() or [""])[0].strip() or type(error).__name__
