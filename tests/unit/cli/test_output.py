import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.cli.output import Output, expect_json, say_error, shown
from placet.errors import PortTaken


def test_control_characters_in_data_do_not_steer_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    out = Output(as_json=False)
    out.line("note \x1b[2J\u202eeverything")
    out.table(("a",), [("[bold]\x07bell",)])
    said = capfd.readouterr().out
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "note ⟨U+001B⟩[2J⟨U+202E⟩everything" in said
    assert "[bold]⟨U+0007⟩bell" in said


@given(st.text())
def test_nothing_hidden_reaches_the_terminal_and_nothing_visible_is_lost(text: str) -> None:
    told = shown(text)
    assert [one for one in told if one != "\n" and unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"}] == []
    assert re.sub(r"⟨U\+([0-9A-F]{4,6})⟩", lambda code: chr(int(code[1], 16)), told) == text


def test_json_is_alone_on_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    out = Output(as_json=True)
    out.line("for people")
    out.table(("a",), [("b",)])
    out.facts([("a", "b")])
    out.document({"a": 1}, compact=True)
    assert capfd.readouterr().out == '{"a": 1}\n'


def test_an_error_says_what_to_do_next_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    expect_json(wanted=False)
    say_error(PortTaken(host="127.0.0.1", port=8787))
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "error: port 8787 on 127.0.0.1 is taken",
        "next: stop the other program, or choose another with --port",
    ]


def test_an_error_is_a_json_document_too_where_one_was_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    expect_json(wanted=True)
    say_error(PortTaken(host="127.0.0.1", port=8787))
    expect_json(wanted=False)
    assert '"code": "port_taken"' in capfd.readouterr().out
