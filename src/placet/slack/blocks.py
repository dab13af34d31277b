"""Block Kit in small: only what the app draws.

Data goes into `rich`, `raw` and plain text, where Slack knows no markup. `mrkdwn` holds the app's own words; what is
interpolated there must come through `literal.mrkdwn`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from placet.slack.limits import BUTTON_TEXT, HEADER
from placet.slack.literal import cut, escape

Block: TypeAlias = dict[str, object]
"""One block or element as JSON."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message ready to be sent. `text` is what notifications and screen readers get."""

    text: str
    blocks: list[Block]


def plain(text: str) -> Block:
    """A text object without markup; `:name:` stays as it is."""
    return {"type": "plain_text", "text": text, "emoji": False}


def header(text: str) -> Block:
    """A heading, cut where Slack would refuse it."""
    return {"type": "header", "text": plain(cut(text, HEADER))}


def section(text: str) -> Block:
    """A paragraph of mrkdwn in which addresses and names are not turned into links."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def context(*texts: str, data: str = "") -> Block:
    """Small print, one element per text, in mrkdwn; `data` is the last element and has no markup."""
    elements: list[Block] = [{"type": "mrkdwn", "text": text, "verbatim": True} for text in texts]
    return {"type": "context", "elements": elements + ([plain(data)] if data else [])}


def said(text: str, *, bold: bool = False, italic: bool = False, code: bool = False) -> Block:
    """A piece of rich text: always shown as it is."""
    style = {name: True for name, wanted in (("bold", bold), ("italic", italic), ("code", code)) if wanted}
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def line(*pieces: Block) -> Block:
    """A paragraph of rich text."""
    return {"type": "rich_text_section", "elements": list(pieces)}


def quote(text: str) -> Block:
    """A quotation of rich text."""
    return {"type": "rich_text_quote", "elements": [said(text)]}


def bullets(*lines: Block) -> Block:
    """A list of rich text paragraphs."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def rich(*parts: Block) -> Block:
    """A block of rich text."""
    return {"type": "rich_text", "elements": list(parts)}


def raw(text: str) -> Block:
    """A table cell without markup. Slack refuses empty ones."""
    return {"type": "raw_text", "text": text or "—"}


def strong(text: str) -> Block:
    """A bold table cell without markup."""
    return rich(line(said(text or "—", bold=True)))


def table(rows: Sequence[Sequence[Block]]) -> Block:
    """A table; the first row is its heading. Slack takes one a message."""
    columns = len(rows[0])
    return {
        "type": "table",
        "column_settings": [{"is_wrapped": True} for _ in range(columns)],
        "rows": [list(row) for row in rows],
    }


def button(text: str, *, action: str, value: str, style: str = "", label: str = "") -> Block:
    """A button; `label` is what a screen reader says."""
    made: Block = {"type": "button", "action_id": action, "value": value, "text": plain(cut(text, BUTTON_TEXT))}
    return made | ({"style": style} if style else {}) | ({"accessibility_label": cut(label, 75)} if label else {})


def actions(*elements: Block, block_id: str) -> Block:
    """A row of buttons. A `block_id` names what is decided, so that Slack keeps no state from an older drawing."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def clock(moment: datetime, form: str = "{time}") -> str:
    """A moment for mrkdwn, in the reader's own time zone; the fallback is UTC."""
    fallback = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(moment.timestamp())}^{form}|{escape(fallback)}>"


def day_and_time(moment: datetime) -> str:
    """A moment with its day, for mrkdwn."""
    return clock(moment, "{date_short_pretty} {time}")
