"""Web API methods: users.*, usergroups.* and dnd.*."""

from collections.abc import Callable

from placet.localslack.wire import JsonObject, Refused, text_at
from placet.localslack.workspace import CREATED_EPOCH_S, LocalUser
from placet.localslack.world import World


def describe(world: World, user: LocalUser) -> JsonObject:
    """The user object of users.info, with the fields an app must gate on (slack.md §3)."""
    standing = world.workspace.standing[user.id]
    return {
        "id": user.id,
        "team_id": standing.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": standing.deleted,
        "tz": "Europe/London",
        "tz_label": "Greenwich Mean Time",
        "tz_offset": 0,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": standing.is_restricted,
        "is_ultra_restricted": standing.is_ultra_restricted,
        "is_stranger": standing.is_stranger,
        "is_email_confirmed": not user.is_bot,
        "updated": CREATED_EPOCH_S,
        "profile": {
            "title": user.title,
            "real_name": user.real_name,
            "real_name_normalized": user.real_name,
            "display_name": user.name,
            "display_name_normalized": user.name,
            "email": user.email,
            "team": standing.team_id,
        },
    }


def _info(world: World, args: JsonObject) -> JsonObject:
    return {"user": describe(world, world.workspace.user(text_at(args, "user")))}


def _lookup_by_email(world: World, args: JsonObject) -> JsonObject:
    email = text_at(args, "email").casefold()
    for user in world.workspace.users.values():
        is_gone = world.workspace.standing[user.id].deleted
        if email and user.email.casefold() == email and not is_gone:
            return {"user": describe(world, user)}
    raise Refused("users_not_found")


def _list(world: World, _args: JsonObject) -> JsonObject:
    members = [describe(world, user) for user in world.workspace.users.values()]
    return {"members": members, "cache_ts": CREATED_EPOCH_S, "response_metadata": {"next_cursor": ""}}


def _get_presence(world: World, args: JsonObject) -> JsonObject:
    user = world.workspace.user(text_at(args, "user"))
    return {"presence": world.workspace.standing[user.id].presence}


def _usergroup_members(world: World, args: JsonObject) -> JsonObject:
    group = text_at(args, "usergroup")
    if group not in world.workspace.usergroups:
        raise Refused("no_such_subteam")
    return {"users": list(world.workspace.usergroups[group])}


def _dnd_info(world: World, args: JsonObject) -> JsonObject:
    user = world.workspace.user(text_at(args, "user") or world.workspace.bot.id)
    is_quiet = world.workspace.standing[user.id].dnd
    end = CREATED_EPOCH_S + 10**9 if is_quiet else 1
    return {
        "dnd_enabled": is_quiet,
        "next_dnd_start_ts": CREATED_EPOCH_S if is_quiet else 1,
        "next_dnd_end_ts": end,
        "snooze_enabled": False,
    }


USER_METHODS: dict[str, Callable[[World, JsonObject], JsonObject]] = {
    "users.info": _info,
    "users.lookupByEmail": _lookup_by_email,
    "users.list": _list,
    "users.getPresence": _get_presence,
    "usergroups.users.list": _usergroup_members,
    "dnd.info": _dnd_info,
}
