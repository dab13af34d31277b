"""The limits of messages and views, checked as strictly as Slack checks them.

Numbers and error words: facts of docs.slack.dev/reference/block-kit and the models of slack_sdk 3.47; see
docs/design/localslack-fidelity.md for which are documented and which were only observed.
"""

import json
from collections.abc import Iterable

from placet.localslack.block_limits import Findings, check_block
from placet.localslack.messages import elements_of
from placet.localslack.wire import JsonObject, Refused, as_list, as_object, objects_at, text_at

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_TEXT = 40_000
MESSAGE_BLOCK_CHARACTERS = 13_200
"""All text of one message's blocks together; not documented, seen by slackapi/bolt-js issue 2509."""
MARKDOWN_CHARACTERS = 12_000
VIEW_BYTES = 250_000
VIEW_TITLE = 24
PRIVATE_METADATA = 3_000
CALLBACK_ID = 255
TABLES = frozenset({"table", "data_table"})

EVERYWHERE = frozenset({"actions", "call", "context", "divider", "header", "image", "input", "rich_text"})
EVERYWHERE |= {"section", "video"}
MESSAGES_ONLY = frozenset({"context_actions", "data_table", "markdown", "plan", "table", "task_card"})
NOT_IN_MODALS = frozenset({"card", "carousel", "container", "data_visualization"})
SURFACES = {
    "message": EVERYWHERE | MESSAGES_ONLY | NOT_IN_MODALS,
    "modal": EVERYWHERE | {"alert"},
    "home": EVERYWHERE | NOT_IN_MODALS,
}
"""Which blocks each surface draws."""


def check_message(text: str, blocks: object) -> list[JsonObject]:
    """The blocks of a message that keeps every limit.

    Raises:
        Refused: `no_text`, `msg_too_long`, `invalid_blocks`, `invalid_blocks_format`,
            `invalid_attachments` (more than one table) or `msg_blocks_too_long`.
    """
    if not isinstance(blocks, list) and blocks not in (None, ""):
        raise Refused("invalid_blocks_format", is_breach=True)
    if not text and not blocks:
        raise Refused("no_text", is_breach=True)
    if len(text) > MESSAGE_TEXT:
        raise Refused("msg_too_long", is_breach=True)
    findings = _check_blocks(as_list(blocks), "message", MESSAGE_BLOCKS, "/blocks")
    if findings:
        raise Refused("invalid_blocks", *findings, is_breach=True)
    checked = [as_object(block) for block in as_list(blocks)]
    if sum(_count_tables(block) for block in checked) > 1:
        raise Refused("invalid_attachments", "only_one_table_allowed", is_breach=True)
    if sum(_characters(block) for block in checked) > MESSAGE_BLOCK_CHARACTERS:
        raise Refused("msg_blocks_too_long", is_breach=True)
    markdown = sum(len(text_at(block, "text")) for block in checked if block.get("type") == "markdown")
    if markdown > MARKDOWN_CHARACTERS:
        raise Refused("msg_blocks_too_long", "markdown blocks", is_breach=True)
    return checked


def check_view(view: object, *, kind: str) -> JsonObject:
    """The view, if it keeps every limit of its surface; `kind` is `modal` or `home`.

    Raises:
        Refused: `invalid_arguments` with a JSON pointer for each finding, or `view_too_large`.
    """
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", "missing required field: view", is_breach=True)
    if len(json.dumps(view)) > VIEW_BYTES:
        raise Refused("view_too_large", is_breach=True)
    findings = Findings()
    if view.get("type") != kind:
        findings.add("/view/type", f"must be {kind}")
    if kind == "modal":
        _check_modal_texts(view, findings)
    findings.check_length(view.get("private_metadata"), PRIVATE_METADATA, "/view/private_metadata", least=0)
    findings.check_length(view.get("callback_id"), CALLBACK_ID, "/view/callback_id", least=0)
    findings += _check_blocks(as_list(view.get("blocks")), kind, VIEW_BLOCKS, "/view/blocks")
    if "blocks" not in view:
        findings.add("/view", "missing required field: blocks")
    if findings:
        raise Refused("invalid_arguments", *findings, is_breach=True)
    return view


def _check_modal_texts(view: JsonObject, findings: Findings) -> None:
    if not text_at(view, "title", "text"):
        findings.add("/view/title", "missing required field: title")
    for name in ("title", "submit", "close"):
        if name in view:
            findings.check_text(view[name], VIEW_TITLE, f"/view/{name}", only="plain_text")
    has_input = any(block.get("type") == "input" for block in objects_at(view, "blocks"))
    if has_input and not text_at(view, "submit", "text"):
        findings.add("/view", "missing required field: submit")


def _check_blocks(blocks: list[object], surface: str, most: int, at: str) -> Findings:
    findings = Findings()
    if len(blocks) > most:
        findings.add(at, f"no more than {most} items allowed")
        return findings
    for index, block in enumerate(blocks):
        check_block(block, f"{at}/{index}", surface, SURFACES[surface], findings)
    for twin in _twins(text_at(block, "block_id") for block in blocks):
        findings.add(at, f"`block_id` {twin} already exists")
    for index, block in enumerate(blocks):
        actions = (text_at(element, "action_id") for element in elements_of(as_object(block)))
        for twin in _twins(actions):
            findings.add(f"{at}/{index}", f"`action_id` {twin} already exists for this block")
    return findings


def _twins(names: Iterable[str]) -> list[str]:
    listed = [name for name in names if name]
    return sorted({name for name in listed if listed.count(name) > 1})


def _count_tables(block: JsonObject) -> int:
    nested = sum(_count_tables(child) for child in objects_at(block, "child_blocks"))
    return nested + (block.get("type") in TABLES)


def _characters(value: object) -> int:
    """Characters of everything a person reads in a block: the strings under `text`, at any depth."""
    if isinstance(value, list):
        return sum(_characters(item) for item in value)
    if not isinstance(value, dict):
        return 0
    own = value.get("text")
    return (len(own) if isinstance(own, str) else 0) + sum(_characters(item) for item in value.values())
