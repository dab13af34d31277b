"""Every Web API method this workspace knows, by name."""

from placet.localslack.methods_agents import AGENT_METHODS
from placet.localslack.methods_chat import CHAT_METHODS
from placet.localslack.methods_conversations import CONVERSATION_METHODS
from placet.localslack.methods_users import USER_METHODS
from placet.localslack.methods_views import VIEW_METHODS
from placet.localslack.wire import JsonObject
from placet.localslack.workspace import BOT_ID
from placet.localslack.world import World


def _auth_test(world: World, _args: JsonObject) -> JsonObject:
    workspace = world.workspace
    return {
        "url": f"{world.origin}/",
        "team": workspace.identity.team_name,
        "user": workspace.bot.name,
        "team_id": workspace.identity.team_id,
        "user_id": workspace.bot.id,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def _apps_connections_open(world: World, _args: JsonObject) -> JsonObject:
    socket_origin = world.origin.replace("http://", "ws://", 1)
    return {"url": f"{socket_origin}/socket?ticket={world.hub.ticket()}"}


METHODS = {
    "auth.test": _auth_test,
    "apps.connections.open": _apps_connections_open,
    **AGENT_METHODS,
    **CHAT_METHODS,
    **CONVERSATION_METHODS,
    **USER_METHODS,
    **VIEW_METHODS,
}
