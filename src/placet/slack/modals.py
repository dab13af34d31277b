"""The form for a rejection."""

from collections.abc import Mapping
from typing import Any, Final

from placet.slack.blocks import Block, plain
from placet.slack.payloads import object_at, text_at

REJECT_FORM: Final = "reject"
REASON, REASON_KIND = "reason", "kind"
REASON_MIN, REASON_MAX = 3, 500
KINDS: Final = {
    "wrong_value": "A value is wrong",
    "wrong_record": "It is the wrong record",
    "not_now": "Not now",
    "not_allowed": "It should not be done at all",
    "other": "Something else",
}
"""Why people reject: counted later, to see where an agent drifts."""


def reject_form(pointer: str) -> Block:
    """The modal view. `pointer` is the button's value; it comes back with the submission."""
    element = {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": True,
        "min_length": REASON_MIN,
        "max_length": REASON_MAX,
        "focus_on_load": True,
        "placeholder": plain("For example: the amount is missing three zeros"),
    }
    options = [{"text": plain(label), "value": value} for value, label in KINDS.items()]
    return {
        "type": "modal",
        "callback_id": REJECT_FORM,
        "private_metadata": pointer,
        "title": plain("Reject this change"),
        "submit": plain("Reject"),
        "close": plain("Back"),
        "blocks": [
            {
                "type": "input",
                "block_id": REASON,
                "label": plain("Why should this not happen?"),
                "hint": plain("The agent and the person who asked read this. Nothing will be changed."),
                "element": element,
            },
            {
                "type": "input",
                "block_id": REASON_KIND,
                "optional": True,
                "label": plain("What kind of reason is it?"),
                "element": {"type": "radio_buttons", "action_id": "kind", "options": options},
            },
        ],
    }


def reason_in(view: Mapping[str, Any]) -> tuple[str, str]:
    """The reason and its kind (or an empty string) that a submission holds. Unknown kinds count as none."""
    values = object_at(view, "state", "values")
    kind = text_at(values, REASON_KIND, "kind", "selected_option", "value")
    return text_at(values, REASON, "text", "value").strip(), kind if kind in KINDS else ""


def wrong_reason(reason: str) -> str:
    """What is wrong with a reason, for the form's field, or an empty string."""
    if len(reason) < REASON_MIN:
        return f"Say why in at least {REASON_MIN} characters; the agent reads it."
    return f"At most {REASON_MAX} characters, please." if len(reason) > REASON_MAX else ""
