"""What the pages say exists: files, headings, tests, commands with their options, and names in code."""

import ast
import importlib
import json
import re
import shlex
import tomllib
from collections.abc import Iterator

import pytest
import typer
from tests.unit.house.measures import sources
from tests.unit.house.pages import ROOT, Block, Mention, Page, blocks, pages, typed

from placet.cli.app import app
from placet.rules.strict_yaml import parse_yaml

TARGETS = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def broken(page: Page) -> Iterator[str]:
    """Links of a page that lead nowhere in this repository."""
    for link in page.links():
        target, _, fragment = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        path = (page.path.parent / target).resolve() if target else page.path
        if not path.exists():
            yield f"{page.name}: {link}"
        elif fragment and fragment not in Page(path, path.read_text()).anchors():
            yield f"{page.name}: {link} has no such heading"


def test_every_link_leads_somewhere() -> None:
    assert [one for page in pages() for one in broken(page)] == []


def test_every_page_is_on_the_list_of_pages() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link).resolve() for link in Page(index, index.read_text()).links()}
    listed = {*linked, index}
    assert [page.name for page in pages() if page.path.is_relative_to(ROOT / "docs") and page.path not in listed] == []


def missing(mention: Mention) -> bool:
    path = ROOT / mention.path
    if mention.path.startswith("tests/") and path.is_dir():
        return not any(path.rglob("test_*.py"))
    return not path.exists() or (mention.test != "" and f"def {mention.test}(" not in path.read_text())


def test_every_file_and_test_that_is_named_exists() -> None:
    assert [one for page in pages() for one in page.mentions() if missing(one)] == []


def complaint(line: str) -> str:
    """What the real command line says against `placet …`, read down to its last option without running it."""
    command, words = typer.main.get_command(app), shlex.split(line)[1:]
    try:
        context = command.make_context("placet", words)
        while isinstance(command, typer.core.TyperGroup):
            name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
            assert found is not None
            command, context = found, found.make_context(name, rest, parent=context)
    except typer.Exit:
        return ""  # --help ends here
    except Exception as error:  # noqa: BLE001 - Typer's classes of usage errors are its own affair
        return str(error)
    return ""


def commands() -> list[str]:
    """The `placet …` command lines of all pages, those inside `make demo ARGS="…"` included."""
    lines = [line for block in blocks("console") for line in typed(block)]
    demos = [re.sub(r'^make demo(?: ARGS="(.*)")?$', r"placet demo \1", line) for line in lines]
    return sorted({line.removeprefix(".venv/bin/") for line in demos if re.match(r"(\.venv/bin/)?placet\b", line)})


@pytest.mark.parametrize("line", commands())
def test_a_command_line_is_one_that_placet_understands(line: str) -> None:
    assert complaint(line) == ""


def advice() -> list[str]:
    """The command lines in backticks that pages, errors and cards tell people to use."""
    texts = [page.prose() for page in pages()] + [file.text for file in sources("src")]
    found = {line for text in texts for line in re.findall(r"`(placet [a-z-][^`\n]*)`", text)}
    no_commands = {"placet project"}  # what a project is called when it has no name
    filled = (re.sub(r"\{[^}]*\}", "X", line) for line in found - no_commands if "…" not in line)
    return sorted({re.sub(r"\s*\[[^\]]*\]", "", line) for line in filled})  # [in brackets]: may be left out


@pytest.mark.parametrize("line", advice())
def test_advice_names_commands_and_options_that_exist(line: str) -> None:
    assert "No such" not in complaint(line)


def test_a_command_line_that_placet_does_not_understand_is_found() -> None:
    assert "No such option: --sideways" in complaint("placet stop all --sideways")
    assert "No such command 'dance'" in complaint("placet dance")
    assert complaint("placet proposals approve P-1 --as dana") == ""


def test_every_target_of_make_that_is_named_exists() -> None:
    named = {word for page in pages() for word in re.findall(r"`(?:\$ )?make (\w+)", page.text)}
    typed_out = {line.split()[1] for block in blocks("console") for line in typed(block) if line.startswith("make ")}
    assert (named | typed_out) - TARGETS == set()


def unknown_names(block: Block) -> Iterator[str]:
    """Names that an example imports from placet and that are not there."""
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "placet":
            module = importlib.import_module(node.module or "")
            yield from (f"{block.page}: {one.name}" for one in node.names if not hasattr(module, one.name))


def test_every_example_in_python_parses_and_imports_names_that_exist() -> None:
    assert [one for block in blocks("python") for one in unknown_names(block)] == []


def test_every_example_of_data_can_be_read() -> None:
    for block in blocks("json"):
        json.loads(block.text)
    for block in blocks("toml"):
        tomllib.loads(block.text)
    for block in blocks("yaml"):
        parse_yaml(block.text, block.page)
