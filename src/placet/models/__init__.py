"""Chat models, and the strict reading of what they answer.

Names are loaded on first use, so that importing this package costs nothing: no vendor library is imported
until a model of that kind is built, and the local model's library only ever in its own subprocess.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placet.models.answers import Answer, ToolCall, read_answer
    from placet.models.factory import build_model, close_model
    from placet.models.local import LocalModel, local_model_installed
    from placet.models.openai import explain, openai_model
    from placet.models.profile import ModelProfile, profile_of
    from placet.models.scripted import Script, ScriptedAnswer, ScriptedCall, ScriptedModel

__all__ = [
    "Answer",
    "LocalModel",
    "ModelProfile",
    "Script",
    "ScriptedAnswer",
    "ScriptedCall",
    "ScriptedModel",
    "ToolCall",
    "build_model",
    "close_model",
    "explain",
    "local_model_installed",
    "openai_model",
    "profile_of",
    "read_answer",
]

_HOME = {
    "Answer": "answers",
    "LocalModel": "local",
    "ModelProfile": "profile",
    "Script": "scripted",
    "ScriptedAnswer": "scripted",
    "ScriptedCall": "scripted",
    "ScriptedModel": "scripted",
    "ToolCall": "answers",
    "build_model": "factory",
    "close_model": "factory",
    "explain": "openai",
    "local_model_installed": "local",
    "openai_model": "openai",
    "profile_of": "profile",
    "read_answer": "answers",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
