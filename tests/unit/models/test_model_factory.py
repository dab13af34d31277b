import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel

import placet.models
from placet.errors import SettingInvalid
from placet.models import ScriptedModel, build_model, close_model, profile_of


@pytest.mark.parametrize("statement", ["import placet.models", "from placet.models import build_model, read_answer"])
def test_importing_the_room_loads_no_vendor_library(statement: str) -> None:
    code = f"import sys; {statement}; print({{'langchain_openai', 'openai', 'needle', 'httpx'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_importing_the_room_does_not_even_load_langchain() -> None:
    code = "import sys, placet.models; print('langchain_core' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_public_name_can_be_had() -> None:
    assert all(getattr(placet.models, name) for name in placet.models.__all__)
    assert dir(placet.models) == sorted(placet.models.__all__)
    with pytest.raises(AttributeError, match="nonesuch"):
        placet.models.nonesuch  # noqa: B018 - the error is the outcome


async def test_an_openai_model_is_built_from_settings_and_can_be_closed() -> None:
    model = build_model("openai", base_url="http://127.0.0.1:1/v1", model="small", api_key=lambda: "k")
    profile = profile_of(model)
    assert (profile.name, profile.prose, profile.single_shot, profile.max_tools) == ("small", True, False, 128)
    await close_model(model)


def test_a_scripted_model_is_built_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"rules": [], "otherwise": "No."}')
    assert build_model("scripted", script=tmp_path / "s.json").invoke("hi").text == "No."


@pytest.mark.parametrize(
    ("kind", "settings", "named"),
    [
        ("magic", {}, "model.kind"),
        ("openai", {"base_url": None, "model": "m"}, "model.api_key"),
        ("scripted", {}, "model.script"),
        ("local", {"temprature": 1}, "model.temprature"),
    ],
)
def test_a_setting_that_is_missing_or_unknown_is_named(kind: Any, settings: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingInvalid, match=named):
        build_model(kind, **settings)


def test_a_model_of_another_library_counts_as_able() -> None:
    profile = profile_of(FakeListChatModel(responses=["hi"]))
    assert (profile.name, profile.prose, profile.single_shot) == ("fake-list-chat-model", True, False)


async def test_closing_a_model_that_holds_nothing_does_nothing() -> None:
    model = ScriptedModel()
    await close_model(model)
    assert model.invoke("hi").text
