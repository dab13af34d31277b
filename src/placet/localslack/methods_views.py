"""Web API methods: views.*."""

from collections.abc import Callable

from placet.localslack.limits import check_view
from placet.localslack.wire import JsonObject, Refused, text_at
from placet.localslack.world import World


def _open(world: World, args: JsonObject) -> JsonObject:
    view = check_view(args.get("view"), kind="modal")
    trigger = world.triggers.spend(text_at(args, "trigger_id"))
    opened = world.views.open(trigger.user_id, view)
    world.changes.bump()
    return {"view": opened.raw()}


def _push(world: World, args: JsonObject) -> JsonObject:
    view = check_view(args.get("view"), kind="modal")
    trigger = world.triggers.spend(text_at(args, "trigger_id"))
    pushed = world.views.push(trigger.user_id, view)
    world.changes.bump()
    return {"view": pushed.raw()}


def _update(world: World, args: JsonObject) -> JsonObject:
    shown = world.views.find(view_id=text_at(args, "view_id"), external_id=text_at(args, "external_id"))
    view = check_view(args.get("view"), kind=text_at(shown.body, "type"))
    world.views.update(shown, view, text_at(args, "hash"))
    world.changes.bump()
    return {"view": shown.raw()}


def _publish(world: World, args: JsonObject) -> JsonObject:
    view = check_view(args.get("view"), kind="home")
    user = world.workspace.user(text_at(args, "user_id"))
    if user.is_bot:
        raise Refused("not_enabled")
    home = world.views.publish(user.id, view, text_at(args, "hash"))
    world.changes.bump()
    return {"view": home.raw()}


VIEW_METHODS: dict[str, Callable[[World, JsonObject], JsonObject]] = {
    "views.open": _open,
    "views.push": _push,
    "views.update": _update,
    "views.publish": _publish,
}
