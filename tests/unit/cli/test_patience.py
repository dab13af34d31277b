"""What `placet run` shows while nothing happens."""

import threading
from io import StringIO

import pytest
from rich.console import Console

from placet.cli.running import Patience


def join_timers() -> None:
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()


def test_on_a_terminal_it_is_said_what_goes_on_and_taken_away_again() -> None:
    screen = StringIO()
    patience = Patience("starting …", console=Console(file=screen, force_terminal=True), quiet_s=0)
    patience.start("loading the local model …")
    join_timers()
    patience.stop()
    assert "loading the local model …" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[2K")


def test_news_in_time_leaves_the_screen_alone() -> None:
    screen = StringIO()
    patience = Patience("starting …", console=Console(file=screen, force_terminal=True), quiet_s=3_600)
    patience.start()
    patience.stop()
    assert screen.getvalue() == ""


def test_in_a_pipe_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    patience = Patience("starting …", quiet_s=0)
    patience.start()
    join_timers()
    patience.stop()
    assert capsys.readouterr().err == ""
