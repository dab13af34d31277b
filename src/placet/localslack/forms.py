"""Input elements: their first values, what a person fills in, and what Slack's client checks itself."""

from collections.abc import Mapping

from placet.errors import LocalSlackError
from placet.localslack.block_limits import INPUTS
from placet.localslack.messages import elements_of
from placet.localslack.wire import JsonObject, as_list, as_object, is_yes, objects_at, text_at

REQUIRED = "Please complete this required field."
SINGLE = {
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "rich_text_input": ("rich_text_value", "initial_value"),
}
"""Elements whose state is one field: its name, and the name of its first value."""
ONE_OPTION = frozenset({"static_select", "external_select", "radio_buttons"})
MANY_OPTIONS = frozenset({"checkboxes", "multi_static_select", "multi_external_select"})


def stateful(blocks: list[JsonObject]) -> list[tuple[JsonObject, JsonObject]]:
    """Each element that has a state, with its block."""
    return [
        (block, element) for block in blocks for element in elements_of(block) if text_at(element, "type") in INPUTS
    ]


def first_state(element: JsonObject) -> JsonObject:
    """The element's entry in `state.values` before anyone touches it."""
    kind = text_at(element, "type")
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in MANY_OPTIONS:
        return {"type": kind, "selected_options": as_list(element.get("initial_options"))}
    if kind in SINGLE:
        name, initial = SINGLE[kind]
        return {"type": kind, name: element.get(initial)}
    return {"type": kind, "value": element.get("initial_value")}


def state_of(blocks: list[JsonObject], typed: Mapping[str, object]) -> JsonObject:
    """`state.values` of a form: first values, overlaid with `typed` (by block_id or action_id).

    Raises:
        LocalSlackError: a name fits no element, or a value is not among the options.
    """
    state: JsonObject = {}
    unused = set(typed)
    for block, element in stateful(blocks):
        block_id, action_id = text_at(block, "block_id"), text_at(element, "action_id")
        entry = first_state(element)
        for name in (block_id, action_id):
            if name in typed:
                entry = typed_state(element, typed[name])
                unused.discard(name)
        as_object(state.setdefault(block_id, {}))[action_id] = entry
    if unused:
        known = ", ".join(f"{text_at(b, 'block_id')}/{text_at(e, 'action_id')}" for b, e in stateful(blocks))
        raise LocalSlackError(action=f"fill in {', '.join(sorted(unused))}", reason=f"the fields are {known}")
    return state


def typed_state(element: JsonObject, value: object) -> JsonObject:
    """The element's entry in `state.values` once a person has put `value` in.

    Options are meant by their value or their label. `None` empties the field.

    Raises:
        LocalSlackError: the value is not among the options.
    """
    kind = text_at(element, "type")
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": None if value is None else _option(element, value)}
    if kind in MANY_OPTIONS:
        chosen = value if isinstance(value, list | tuple) else [value] if value is not None else []
        return {"type": kind, "selected_options": [_option(element, one) for one in chosen]}
    if kind in SINGLE:
        return {"type": kind, SINGLE[kind][0]: value}
    return {"type": kind, "value": None if value is None or value == "" else str(value)}


def _option(element: JsonObject, meant: object) -> JsonObject:
    groups = objects_at(element, "option_groups")
    options = objects_at(element, "options") + [one for group in groups for one in objects_at(group, "options")]
    for option in options:
        if meant in (text_at(option, "value"), text_at(option, "text", "text"), option):
            return option
    known = ", ".join(text_at(option, "value") for option in options)
    raise LocalSlackError(action=f"choose `{meant}`", reason=f"the options are {known}")


def client_errors(blocks: list[JsonObject], state: JsonObject) -> dict[str, str]:
    """What Slack's own client refuses before the app is asked: block_id → why."""
    errors: dict[str, str] = {}
    for block, element in stateful(blocks):
        if block.get("type") != "input":
            continue
        block_id = text_at(block, "block_id")
        entry = as_object(as_object(state.get(block_id)).get(text_at(element, "action_id")))
        value = next((entry[name] for name in entry if name != "type"), None)
        if value in (None, "", []):
            if not is_yes(block.get("optional")):
                errors[block_id] = REQUIRED
        elif isinstance(value, str) and (wrong := _wrong_text(element, value)):
            errors[block_id] = wrong
    return errors


def _wrong_text(element: JsonObject, value: str) -> str:
    least, most = element.get("min_length"), element.get("max_length")
    if isinstance(least, int) and len(value) < least:
        return f"Must be at least {least} characters."
    if isinstance(most, int) and len(value) > most:
        return f"Must be at most {most} characters."
    if element.get("type") == "number_input":
        return _wrong_number(element, value)
    return ""


def _wrong_number(element: JsonObject, value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return "Must be a number."
    if not is_yes(element.get("is_decimal_allowed")) and not number.is_integer():
        return "Must be a whole number."
    for name, sign, words in (("min_value", 1, "at least"), ("max_value", -1, "at most")):
        bound = element.get(name)
        if isinstance(bound, str) and sign * number < sign * float(bound):
            return f"Must be {words} {bound}."
    return ""
