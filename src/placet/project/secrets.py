"""Tokens and keys: from the environment or from a file it names, read when they are needed, never kept in a setting."""

import functools
import os
import secrets
from pathlib import Path

from placet.errors import SecretMissing, SettingInvalid
from placet.vocabulary import Secret

GRANT_KEY_BYTES = 32
"""Least length of the key that signs grants: the output length of its HMAC-SHA-256 (RFC 2104 §3)."""


class Secrets:
    """Reads each secret when asked. `NAME` wins over `NAME_FILE`, which names a file that holds it."""

    def slack_bot_token(self) -> Secret:
        """The token the bot calls Slack's Web API with (`xoxb-…`).

        Raises:
            SecretMissing: neither `PLACET_SLACK_BOT_TOKEN` nor its file is set.
            SettingInvalid: the file cannot be read.
        """
        return _needed("PLACET_SLACK_BOT_TOKEN", "talking to Slack")

    def slack_app_token(self) -> Secret:
        """The token Socket Mode connects with (`xapp-…`).

        Raises:
            SecretMissing: neither `PLACET_SLACK_APP_TOKEN` nor its file is set.
            SettingInvalid: the file cannot be read.
        """
        return _needed("PLACET_SLACK_APP_TOKEN", "receiving from Slack")

    def model_api_key(self) -> Secret:
        """The key of the model's endpoint.

        Raises:
            SecretMissing: neither `PLACET_MODEL_API_KEY` nor its file is set.
            SettingInvalid: the file cannot be read.
        """
        return _needed("PLACET_MODEL_API_KEY", "the model")

    def grant_key(self) -> Secret:
        """The key that signs grants, as hexadecimal text of at least 32 bytes.

        Without `PLACET_GRANT_KEY` each process makes its own: grants are minted and used in one process then.

        Raises:
            SettingInvalid: it is not hexadecimal or too short, or its file cannot be read.
        """
        given = _given("PLACET_GRANT_KEY")
        if given is None:
            return _process_key()
        try:
            long_enough = len(bytes.fromhex(given)) >= GRANT_KEY_BYTES
        except ValueError:
            long_enough = False
        if not long_enough:
            reason = f"it must be hexadecimal, at least {2 * GRANT_KEY_BYTES} digits"
            raise SettingInvalid(setting="PLACET_GRANT_KEY", reason=reason)
        return Secret(given)

    def ledger_key(self) -> Secret | None:
        """The key that signs the ledger's heads; `None` where neither `PLACET_LEDGER_KEY` nor its file is set.

        Raises:
            SettingInvalid: the file cannot be read or is empty: signing is set up, and must not stop unnoticed.
        """
        given = _given("PLACET_LEDGER_KEY")
        file = os.environ.get("PLACET_LEDGER_KEY_FILE", "")
        if given is None and file:
            raise SettingInvalid(setting="PLACET_LEDGER_KEY_FILE", reason=f"the file `{file}` is empty")
        return None if given is None else Secret(given)


@functools.cache
def _process_key() -> Secret:
    return Secret(secrets.token_hex(GRANT_KEY_BYTES))


def _needed(variable: str, purpose: str) -> Secret:
    value = _given(variable)
    if value is None:
        raise SecretMissing(variable=variable, purpose=purpose)
    return Secret(value)


def _given(variable: str) -> str | None:
    value = os.environ.get(variable, "").strip()
    if value:
        return value
    name = os.environ.get(f"{variable}_FILE", "")
    if not name:
        return None
    try:
        return Path(name).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        raise SettingInvalid(setting=f"{variable}_FILE", reason=f"the file `{name}` cannot be read") from None
