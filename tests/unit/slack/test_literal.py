"""Data stays data: visible, without markup, cut honestly."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.slack.literal import composed, cut, hides, mrkdwn, visible


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("invoice\u202egpj.exe", "invoice⟨U+202E⟩gpj.exe"),
        ("pay\u200bpal", "pay⟨U+200B⟩pal"),
        ("a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"),
        ("bell\x07", "bell⟨U+0007⟩"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("blank\u3164name", "blank⟨U+3164⟩name"),
        ("sep\u2028arator", "sep⟨U+2028⟩arator"),
        ("\ufeffmark", "⟨U+FEFF⟩mark"),
    ],
)
def test_hidden_characters_are_written_out(hostile: str, shown: str) -> None:
    assert visible(hostile) == shown
    assert hides(hostile)


@pytest.mark.parametrize("plain", ["Łódź 漢字 naïve", "❤️ 👍", "1\u00a0000 €", "two\nlines\tand a tab"])
def test_ordinary_text_hides_nothing(plain: str) -> None:
    assert not hides(plain)


def test_line_ends_cannot_make_rows_that_are_not_there() -> None:
    assert visible("120\nRegion: EMEA\r\nx") == "120 ⏎ Region: EMEA ⏎ x"


@given(st.text())
def test_whatever_comes_in_nothing_invisible_goes_out(text: str) -> None:
    shown = visible(text, lines=True)
    assert not hides(shown)
    assert all(unicodedata.category(one) not in {"Cc", "Cf", "Co", "Cn", "Cs"} or one == "\n" for one in shown)


@pytest.mark.parametrize(
    "hostile", ["<!channel>", "<@U0CFO>", "<https://evil.example|our CRM>", "<!subteam^S1>", "a & b < c > d"]
)
def test_markup_in_data_is_escaped(hostile: str) -> None:
    assert "<" not in mrkdwn(hostile)
    assert ">" not in mrkdwn(hostile)


def test_an_answer_that_is_escaped_already_stays_as_it_is() -> None:
    assert composed("*Marks &amp; Co* &lt;b&gt;") == "*Marks &amp; Co* &lt;b&gt;"


@given(st.text())
def test_composing_twice_changes_nothing(text: str) -> None:
    assert composed(composed(text)) == composed(text)


def test_an_answer_cannot_call_a_channel_or_hide_a_link() -> None:
    assert composed("done <!here> <https://evil.example|crm>") == (
        "done &lt;!here&gt; &lt;https://evil.example|crm&gt;"
    )


@given(st.text(), st.integers(min_value=1, max_value=30))
def test_what_is_cut_says_so(text: str, limit: int) -> None:
    shorter = cut(text, limit)
    assert len(shorter) <= limit
    assert shorter == text or shorter.endswith("…")
