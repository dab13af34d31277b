"""Data on its way to people: markup has no effect, and nothing in it is invisible.

Names, notes and requests come from outside. On a card they must look like what they are: characters that reorder,
hide or imitate are written out, so that an approver reads what would be sent.
"""

import re
import unicodedata

_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that are drawn as nothing: Hangul fillers and the empty Braille cell."""
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
"""Unicode categories without a shape of their own: controls, format (bidi, zero width, tags), private, unassigned."""
_SELECTORS = re.compile("[\u180b-\u180f\ufe00-\ufe0e\U000e0100-\U000e01ef]")
"""Variation selectors; U+FE0F alone is left, because ordinary emoji end in it."""
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")


def visible(text: str, *, lines: bool = False) -> str:
    """`text` with hidden characters written as `⟨U+202E⟩` and line ends as ` ⏎ `, or kept where `lines`."""
    broken = "\n" if lines else " ⏎ "
    ends = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(broken if one == "\n" else " " if one == "\t" else _shown(one) for one in ends)


def hides(text: str) -> bool:
    """Whether `text` holds characters that people cannot see; line ends and tabs do not count."""
    return any(_shown(one) != one for one in text if one not in "\n\r\t")


def _shown(one: str) -> str:
    hidden = unicodedata.category(one) in _HIDDEN or one in _BLANKS or _SELECTORS.fullmatch(one)
    return f"⟨U+{ord(one):04X}⟩" if hidden else one


def escape(text: str) -> str:
    """`text` for a mrkdwn field: Slack's control characters as entities (docs.slack.dev, formatting text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(text: str) -> str:
    """Data for a mrkdwn field, on one line: visible and escaped."""
    return escape(visible(text))


def composed(text: str) -> str:
    """An answer that may already be escaped: entities stay, everything Slack would act on becomes one.

    `<!channel>`, `<@U…>` and `<https://…|a name>` written by a model are shown as text.
    """
    shown = visible(text, lines=True)
    return _ENTITY.sub("&amp;", shown).replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, with `…` where something is missing."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
