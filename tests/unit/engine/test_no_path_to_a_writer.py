"""The graph only waits: it has no node that writes, and nothing it is made of can reach what writes."""

import ast
from functools import cache
from pathlib import Path

import grimp
import pytest
from tests.support.company import ROOT, Company

THINKING = ("placet.engine", "placet.toolbox", "placet.models", "placet.slack")
WRITING = (
    "placet.executor",
    "placet.project",
    "placet.connectors.embedded.writer",
    "placet.connectors.embedded.system",
)
ROOMS = [*(ROOT / "graphs").glob("*.py"), *(ROOT / "tools").glob("*.py")]


@cache
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("placet", exclude_type_checking_imports=True)


async def test_the_reference_graph_thinks_reads_proposes_and_waits_and_does_nothing_else(co: Company) -> None:
    drawn = co.app.runner._graphs["assistant"].get_graph()
    assert set(drawn.nodes) == {"__start__", "think", "read", "propose", "wait", "__end__"}


async def test_whatever_follows_a_proposal_goes_through_the_pause(co: Company) -> None:
    drawn = co.app.runner._graphs["assistant"].get_graph()
    after = {edge.target for edge in drawn.edges if edge.source == "propose"}
    assert after == {"wait", "think"}
    assert {edge.target for edge in drawn.edges if edge.source == "wait"} == {"think"}


@pytest.mark.parametrize("writing", WRITING)
@pytest.mark.parametrize("thinking", THINKING)
def test_no_module_that_thinks_can_reach_one_that_writes(thinking: str, writing: str) -> None:
    assert imports().find_shortest_chain(thinking, writing, as_packages=True) is None


def test_the_chain_from_the_composition_root_to_a_writer_is_found() -> None:
    assert imports().find_shortest_chain("placet.project", "placet.connectors.embedded.writer", as_packages=True)


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_room_imports_placet_and_where_it_is_a_graph_langgraph(room: Path) -> None:
    found = {
        (node.module or "").partition(".")[0] if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(room.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    allowed = {"placet", "typing", "datetime", "decimal", "re"} | (
        {"langgraph"} if room.parent.name == "graphs" else set()
    )
    assert found <= allowed


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_room_takes_from_placet_only_what_its_public_door_offers(room: Path) -> None:
    import placet

    taken = [node for node in ast.walk(ast.parse(room.read_text())) if isinstance(node, ast.ImportFrom)]
    names = {alias.name for node in taken if node.module == "placet" for alias in node.names}
    deeper = [node.module for node in taken if (node.module or "").startswith("placet.")]
    assert (names - set(placet.__all__), deeper) == (set(), [])
