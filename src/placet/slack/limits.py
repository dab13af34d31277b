"""Slack's limits, checked before anything is sent, so that a card that is too large degrades instead of failing.

Numbers: docs.slack.dev/reference/block-kit. `MESSAGE_CHARACTERS` is not documented; Slack answers
`msg_blocks_too_long` above about 13,200 (slackapi/bolt-js issue 2509).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

MESSAGE_BLOCKS: Final = 50
MESSAGE_CHARACTERS: Final = 12_500
HEADER: Final = 150
SECTION: Final = 3_000
CELL: Final = 2_900
"""Characters of one value that a card shows; longer ones cannot be approved in Slack."""
CONTEXT_ELEMENTS: Final = 10
ACTIONS_ELEMENTS: Final = 25
TABLE_ROWS: Final = 20
"""Changed fields on one card, the heading not counted. Slack would allow 100; nobody reads that many."""
BUTTON_TEXT: Final = 75
BUTTON_VALUE: Final = 2_000
ID: Final = 255
TEXT: Final = 4_000
MODAL_TITLE: Final = 24
PRIVATE_METADATA: Final = 3_000
HOME_BLOCKS: Final = 100


def breaches(blocks: Sequence[Mapping[str, object]], *, most: int = MESSAGE_BLOCKS) -> list[str]:
    """What Slack would refuse about the blocks of a message, in words; empty where it would take them."""
    found = [f"{len(blocks)} blocks, {most} are allowed"] if len(blocks) > most else []
    total = sum(len(text) for text in texts(blocks))
    if total > MESSAGE_CHARACTERS:
        found.append(f"{total} characters in all, {MESSAGE_CHARACTERS} are allowed")
    if sum(block.get("type") == "table" for block in blocks) > 1:
        found.append("more than one table")
    for number, block in enumerate(blocks):
        found += [f"block {number}: {wrong}" for wrong in _wrong(block)]
    return found


def texts(value: object) -> Iterator[str]:
    """Every string under a `text` key, at any depth: what people read."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key == "text" and isinstance(item, str):
                yield item
            else:
                yield from texts(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from texts(item)


def _wrong(block: Mapping[str, object]) -> Iterator[str]:
    kind = block.get("type")
    longest = {"header": HEADER, "section": SECTION, "context": SECTION, "table": SECTION}.get(str(kind))
    lengths = [len(text) for text in texts(block)]
    if longest is not None and any(length > longest for length in lengths):
        yield f"a text of {max(lengths)} characters, {longest} are allowed"
    if any(length == 0 for length in lengths):
        yield "an empty text"
    if len(str(block.get("block_id", ""))) > ID:
        yield "its id is too long"
    elements = block.get("elements")
    count = len(elements) if isinstance(elements, list) else 0
    most = {"context": CONTEXT_ELEMENTS, "actions": ACTIONS_ELEMENTS}.get(str(kind), count)
    if count > most:
        yield f"{count} elements, {most} are allowed"
    if kind == "actions" and isinstance(elements, list):
        yield from (wrong for element in elements for wrong in _button(element))
    rows = block.get("rows")
    if kind == "table" and isinstance(rows, list) and len(rows) > TABLE_ROWS + 1:
        yield f"{len(rows)} rows, {TABLE_ROWS + 1} are allowed"


def _button(element: Mapping[str, object]) -> Iterator[str]:
    if any(len(text) > BUTTON_TEXT for text in texts(element)):
        yield f"a button text above {BUTTON_TEXT} characters"
    if len(str(element.get("value", ""))) > BUTTON_VALUE:
        yield f"a button value above {BUTTON_VALUE} characters"
