"""Secrets do not print."""

import copy
import json
import logging
import pickle

import pytest
from pydantic.errors import PydanticSchemaGenerationError

from placet.vocabulary import Secret, dump, to_json

TOKEN = "xoxb-canary-4711"


@pytest.mark.parametrize("shown", [str, repr, "{}".format, "{!r:>30}".format, lambda one: f"{[one]} { {'k': one} }"])
def test_a_secret_does_not_show_in_text(shown: object) -> None:
    assert TOKEN not in shown(Secret(TOKEN))  # type: ignore[operator]  # one of the functions above


@pytest.mark.parametrize("written", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, to_json, dump, vars])
def test_a_secret_cannot_be_written_down(written: object) -> None:
    with pytest.raises((TypeError, ValueError, PydanticSchemaGenerationError)) as caught:
        written(Secret(TOKEN))  # type: ignore[operator]  # one of the functions above
    assert TOKEN not in str(caught.value)


def test_a_secret_does_not_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("placet").warning("token %s %r", Secret(TOKEN), {"t": Secret(TOKEN)})
    assert TOKEN not in caplog.text
    assert "Secret(…)" in caplog.text


def test_only_revealing_gives_it_out() -> None:
    assert Secret(TOKEN).reveal() == TOKEN
    assert (bool(Secret(TOKEN)), bool(Secret(""))) == (True, False)


def test_equal_secrets_are_equal_and_hash_alike() -> None:
    assert {Secret(TOKEN), Secret(TOKEN)} == {Secret(TOKEN)}
    assert Secret(TOKEN) != TOKEN
