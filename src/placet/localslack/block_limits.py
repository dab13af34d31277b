"""The limits of single blocks and their elements (docs.slack.dev/reference/block-kit, slack_sdk 3.47 models)."""

from collections.abc import Callable, Collection

from placet.localslack.wire import JsonObject, as_list, as_object, text_at

ID = 255
HEADER = 150
SECTION = 3_000
FIELD = 2_000
FIELDS = 10
CONTEXT_ELEMENTS = 10
ACTIONS_ELEMENTS = 25
CONTEXT_ACTIONS_ELEMENTS = 5
TABLE_ROWS = 100
TABLE_CELLS = 20
INPUT_LABEL = 2_000
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
URL = 3_000
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
FEW_OPTIONS = 10
"""radio_buttons and checkboxes."""
OVERFLOW_OPTIONS = 5
PLACEHOLDER = 150
CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
CONTAINER_CHILDREN = 10
CARD_TEXTS = {"title": 150, "subtitle": 150, "body": 200}
MARKDOWN = 12_000
ALERT_LEVELS = frozenset({"default", "info", "warning", "error", "success"})
TASK_STATUSES = frozenset({"pending", "in_progress", "complete", "error"})
BUTTON_STYLES = frozenset({"primary", "danger"})
MODAL_ONLY = frozenset({"number_input", "email_text_input", "url_text_input", "file_input"})
MESSAGE_ONLY = frozenset({"workflow_button", "feedback_buttons"})
NO_MESSAGE = frozenset({"rich_text_input"})
SELECTS = frozenset(
    f"{multi}{kind}_select"
    for multi in ("", "multi_")
    for kind in ("static", "users", "conversations", "channels", "external")
)
PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker"})
CHOICES = frozenset({"radio_buttons", "checkboxes", "overflow"})
INPUTS = frozenset({"plain_text_input", "radio_buttons", "checkboxes"}) | SELECTS | PICKERS | MODAL_ONLY | NO_MESSAGE
ELEMENTS = INPUTS | CHOICES | MESSAGE_ONLY | {"button", "icon_button", "image"}


class Findings(list[str]):
    """What is wrong, each as Slack words it, with a JSON pointer."""

    def add(self, at: str, message: str) -> None:
        """Note one finding at a JSON pointer."""
        self.append(f"{message} [json-pointer:{at}]")

    def check_length(self, value: object, most: int, at: str, least: int = 1) -> None:
        """Note a string that is too long, too short or no string; a missing one passes."""
        if value is None:
            return
        if not isinstance(value, str):
            self.add(at, "must be a string")
        elif len(value) > most:
            self.add(at, f"must be less than {most + 1} characters")
        elif len(value) < least:
            self.add(at, f"must be more than {least - 1} characters")

    def check_count(self, value: object, most: int, at: str, least: int = 1) -> None:
        """Note a list with too many or too few members, or no list."""
        if not isinstance(value, list):
            self.add(at, "must be an array")
        elif len(value) > most:
            self.add(at, f"no more than {most} items allowed")
        elif len(value) < least:
            self.add(at, f"must provide at least {least} items")

    def check_text(self, value: object, most: int, at: str, only: str = "", least: int = 1) -> None:
        """Note what is wrong with a text object; `only` names the one kind allowed there."""
        kind = as_object(value).get("type")
        if kind not in ("plain_text", "mrkdwn") or (only and kind != only):
            self.add(at, f"must be a valid text object{f' of type {only}' if only else ''}")
            return
        self.check_length(as_object(value).get("text", ""), most, f"{at}/text", least)


def check_block(block: object, at: str, surface: str, allowed: Collection[str], findings: Findings) -> None:
    """Note everything wrong with one block on a surface."""
    body = as_object(block)
    kind = text_at(body, "type")
    if kind not in allowed:
        findings.add(f"{at}/type", f"unsupported type: {kind or 'none'} on a {surface}")
        return
    findings.check_length(body.get("block_id"), ID, f"{at}/block_id")
    if kind in _BLOCKS:
        _BLOCKS[kind](body, at, surface, findings)
    for index, child in enumerate(as_list(body.get("child_blocks"))):
        check_block(child, f"{at}/child_blocks/{index}", surface, allowed, findings)


def _header(block: JsonObject, at: str, _surface: str, findings: Findings) -> None:
    findings.check_text(block.get("text"), HEADER, f"{at}/text", only="plain_text")


def _section(block: JsonObject, at: str, surface: str, findings: Findings) -> None:
    if "text" not in block and "fields" not in block:
        findings.add(at, "must provide text or fields")
    if "text" in block:
        findings.check_text(block["text"], SECTION, f"{at}/text")
    if "fields" in block:
        findings.check_count(block["fields"], FIELDS, f"{at}/fields")
        for index, text in enumerate(as_list(block["fields"])):
            findings.check_text(text, FIELD, f"{at}/fields/{index}")
    if "accessory" in block:
        _element(block["accessory"], f"{at}/accessory", surface, findings)


def _context(block: JsonObject, at: str, _surface: str, findings: Findings) -> None:
    findings.check_count(block.get("elements"), CONTEXT_ELEMENTS, f"{at}/elements")
    for index, element in enumerate(as_list(block.get("elements"))):
        if as_object(element).get("type") != "image":
            findings.check_text(element, SECTION, f"{at}/elements/{index}")


def _actions(block: JsonObject, at: str, surface: str, findings: Findings) -> None:
    most = ACTIONS_ELEMENTS if block.get("type") == "actions" else CONTEXT_ACTIONS_ELEMENTS
    findings.check_count(block.get("elements"), most, f"{at}/elements")
    for index, element in enumerate(as_list(block.get("elements"))):
        _element(element, f"{at}/elements/{index}", surface, findings)


def _input(block: JsonObject, at: str, surface: str, findings: Findings) -> None:
    findings.check_text(block.get("label"), INPUT_LABEL, f"{at}/label", only="plain_text")
    if "hint" in block:
        findings.check_text(block["hint"], INPUT_LABEL, f"{at}/hint", only="plain_text")
    if text_at(block, "element", "type") not in INPUTS:
        findings.add(f"{at}/element/type", f"unsupported type: {text_at(block, 'element', 'type')}")
        return
    _element(block.get("element"), f"{at}/element", surface, findings)


def _table(block: JsonObject, at: str, _surface: str, findings: Findings) -> None:
    findings.check_count(block.get("rows"), TABLE_ROWS, f"{at}/rows")
    if "column_settings" in block:
        findings.check_count(block["column_settings"], TABLE_CELLS, f"{at}/column_settings", least=0)
    for index, row in enumerate(as_list(block.get("rows"))):
        findings.check_count(row, TABLE_CELLS, f"{at}/rows/{index}")
        for column, cell in enumerate(as_list(row)):
            _cell(as_object(cell), f"{at}/rows/{index}/{column}", findings)


def _cell(cell: JsonObject, at: str, findings: Findings) -> None:
    kind = text_at(cell, "type")
    if kind == "raw_text":
        findings.check_length(cell.get("text", ""), SECTION, f"{at}/text")
    elif kind == "rich_text":
        findings.check_count(cell.get("elements"), FIELD, f"{at}/elements")
    elif kind != "raw_number":
        findings.add(f"{at}/type", f"unsupported type: {kind or 'none'}")


def _rich_text(block: JsonObject, at: str, _surface: str, findings: Findings) -> None:
    if not isinstance(block.get("elements"), list):
        findings.add(f"{at}/elements", "must be an array")


def _markdown(block: JsonObject, at: str, _surface: str, findings: Findings) -> None:
    findings.check_length(block.get("text", ""), MARKDOWN, f"{at}/text")


def _image(block: JsonObject, at: str, _surface: str, findings: Findings) -> None:
    findings.check_length(block.get("alt_text", ""), FIELD, f"{at}/alt_text")
    if "image_url" not in block and "slack_file" not in block:
        findings.add(at, "must provide image_url or slack_file")
    findings.check_length(block.get("image_url"), URL, f"{at}/image_url")


def _alert(block: JsonObject, at: str, _surface: str, findings: Findings) -> None:
    findings.check_text(block.get("text"), SECTION, f"{at}/text")
    if block.get("level", "default") not in ALERT_LEVELS:
        findings.add(f"{at}/level", "must be a valid level")


def _task(block: JsonObject, at: str, _surface: str, findings: Findings) -> None:
    findings.check_length(block.get("task_id", ""), ID, f"{at}/task_id")
    findings.check_length(block.get("title", ""), SECTION, f"{at}/title")
    if block.get("status", "pending") not in TASK_STATUSES:
        findings.add(f"{at}/status", "must be a valid status")


def _plan(block: JsonObject, at: str, surface: str, findings: Findings) -> None:
    findings.check_length(block.get("title", ""), SECTION, f"{at}/title")
    for index, task in enumerate(as_list(block.get("tasks"))):
        _task(as_object(task), f"{at}/tasks/{index}", surface, findings)


def _container(block: JsonObject, at: str, _surface: str, findings: Findings) -> None:
    findings.check_count(block.get("child_blocks"), CONTAINER_CHILDREN, f"{at}/child_blocks")
    if "title" not in block and "rich_text_title" not in block:
        findings.add(at, "must provide title or rich_text_title")


def _card(block: JsonObject, at: str, surface: str, findings: Findings) -> None:
    for name, most in CARD_TEXTS.items():
        if name in block:
            findings.check_text(block[name], most, f"{at}/{name}")
    for index, element in enumerate(as_list(block.get("actions"))):
        _element(element, f"{at}/actions/{index}", surface, findings)


_BLOCKS: dict[str, Callable[[JsonObject, str, str, Findings], None]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "context_actions": _actions,
    "input": _input,
    "table": _table,
    "rich_text": _rich_text,
    "markdown": _markdown,
    "image": _image,
    "alert": _alert,
    "task_card": _task,
    "plan": _plan,
    "container": _container,
    "card": _card,
}


def _element(value: object, at: str, surface: str, findings: Findings) -> None:
    element = as_object(value)
    kind = text_at(element, "type")
    wrong_place = (
        (kind in MODAL_ONLY and surface != "modal")
        or (kind in MESSAGE_ONLY and surface != "message")
        or (kind in NO_MESSAGE and surface == "message")
    )
    if kind not in ELEMENTS or wrong_place:
        findings.add(f"{at}/type", f"unsupported type: {kind or 'none'} on a {surface}")
        return
    findings.check_length(element.get("action_id"), ID, f"{at}/action_id")
    if "placeholder" in element:
        findings.check_text(element["placeholder"], PLACEHOLDER, f"{at}/placeholder", only="plain_text")
    if "confirm" in element:
        _confirm(as_object(element["confirm"]), f"{at}/confirm", findings)
    if kind == "button":
        _button(element, at, findings)
    elif kind in CHOICES or kind in ("static_select", "multi_static_select"):
        _options(element, at, kind, findings)


def _confirm(confirm: JsonObject, at: str, findings: Findings) -> None:
    for name, most in CONFIRM.items():
        if name in confirm:
            findings.check_text(confirm[name], most, f"{at}/{name}")
        elif name in ("title", "text"):
            findings.add(at, f"missing required field: {name}")


def _button(element: JsonObject, at: str, findings: Findings) -> None:
    findings.check_text(element.get("text"), BUTTON_TEXT, f"{at}/text", only="plain_text")
    findings.check_length(element.get("value"), BUTTON_VALUE, f"{at}/value")
    findings.check_length(element.get("url"), URL, f"{at}/url", least=0)
    if "style" in element and element["style"] not in BUTTON_STYLES:
        findings.add(f"{at}/style", "must be primary or danger")


def _options(element: JsonObject, at: str, kind: str, findings: Findings) -> None:
    if "option_groups" in element and "options" not in element:
        findings.check_count(element["option_groups"], OPTIONS, f"{at}/option_groups")
        return
    most = OVERFLOW_OPTIONS if kind == "overflow" else FEW_OPTIONS if kind in CHOICES else OPTIONS
    findings.check_count(element.get("options"), most, f"{at}/options")
    for index, option in enumerate(as_list(element.get("options"))):
        findings.check_text(as_object(option).get("text"), OPTION_TEXT, f"{at}/options/{index}/text")
        findings.check_length(as_object(option).get("value", ""), OPTION_VALUE, f"{at}/options/{index}/value")
    values = [text_at(option, "value") for option in as_list(element.get("options"))]
    chosen = [as_object(element.get("initial_option"))] if "initial_option" in element else []
    for option in [*chosen, *map(as_object, as_list(element.get("initial_options")))]:
        if text_at(option, "value") not in values:
            findings.add(at, "initial option must be one of the options")
