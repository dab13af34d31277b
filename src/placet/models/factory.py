"""One place that turns a setting into a chat model, importing only what that kind needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Required, TypedDict, Unpack, cast, overload

from placet.errors import SettingInvalid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx
    from langchain_core.language_models import BaseChatModel

Kind = Literal["local", "openai", "scripted"]


class OpenAISettings(TypedDict, total=False):
    """The arguments of `openai_model`."""

    base_url: Required[str | None]
    model: Required[str]
    api_key: Required[Callable[[], str]]
    timeout_seconds: float
    max_retries: int
    temperature: float | None
    http_client: httpx.Client | None
    http_async_client: httpx.AsyncClient | None


class LocalSettings(TypedDict, total=False):
    """The fields of `LocalModel`."""

    system: str
    timeout_seconds: float
    package_folder: Path | None


class ScriptedSettings(TypedDict):
    """The JSON script that a `ScriptedModel` plays."""

    script: str | Path


@overload
def build_model(kind: Literal["openai"], **settings: Unpack[OpenAISettings]) -> BaseChatModel: ...
@overload
def build_model(kind: Literal["local"], **settings: Unpack[LocalSettings]) -> BaseChatModel: ...
@overload
def build_model(kind: Literal["scripted"], **settings: Unpack[ScriptedSettings]) -> BaseChatModel: ...
def build_model(kind: Kind, **settings: object) -> BaseChatModel:
    """Build the model that `kind` and `settings` describe.

    Raises:
        SettingInvalid: the kind is unknown, or a setting is missing, unknown or unusable.
        ModelUnavailable: the local model is asked for and not installed.
    """
    _check(kind, settings)
    if kind == "openai":
        from placet.models.openai import openai_model

        return openai_model(**cast("OpenAISettings", settings))
    if kind == "local":
        from placet.models.local import LocalModel

        return LocalModel(**cast("LocalSettings", settings))
    from placet.models.scripted import ScriptedModel

    return ScriptedModel.from_file(cast("ScriptedSettings", settings)["script"])


async def close_model(model: BaseChatModel) -> None:
    """Give back what `model` holds: connections, or its own process. A model that holds nothing is left alone."""
    if hasattr(model, "aclose"):
        await model.aclose()
    elif hasattr(model, "close"):
        model.close()


_KNOWN = {"openai": OpenAISettings, "local": LocalSettings, "scripted": ScriptedSettings}


def _check(kind: str, settings: dict[str, object]) -> None:
    if kind not in _KNOWN:
        raise SettingInvalid(setting="model.kind", reason=f"`{kind}` is none of {', '.join(sorted(_KNOWN))}")
    known = _KNOWN[kind]
    needed = _NEEDED[kind]
    for name in settings.keys() - known.__annotations__.keys():
        raise SettingInvalid(setting=f"model.{name}", reason=f"a model of kind `{kind}` has no such setting")
    for name in sorted(needed - settings.keys()):
        raise SettingInvalid(setting=f"model.{name}", reason=f"a model of kind `{kind}` needs it")


_NEEDED = {"openai": {"base_url", "model", "api_key"}, "local": set[str](), "scripted": {"script"}}
