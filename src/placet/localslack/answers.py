"""What an app may answer to a submitted modal: nothing, errors, update, push or clear."""

from placet.localslack.forms import stateful
from placet.localslack.limits import check_view
from placet.localslack.views import View
from placet.localslack.wire import JsonObject, Refused, as_object, objects_at, text_at
from placet.localslack.world import World


def answer_submission(world: World, view: View, answer: JsonObject) -> dict[str, str]:
    """Do what the app answered; errors stay with the form: block_id → text.

    Raises:
        Refused: the answer is none of the documented ones, names a block that is no input of the view, or
            carries a view that breaks a limit. Slack shows the person a general failure then.
    """
    action = text_at(answer, "response_action")
    if action == "errors":
        return _errors(view, answer)
    if action == "update":
        world.views.update(view, check_view(answer.get("view"), kind="modal"))
    elif action == "push":
        world.views.push(view.user_id, check_view(answer.get("view"), kind="modal"))
    elif action == "clear":
        world.views.close(view, everything=True)
    elif not action:
        world.views.close(view)
    else:
        raise Refused("invalid_response_action", action)
    world.changes.bump()
    return {}


def _errors(view: View, answer: JsonObject) -> dict[str, str]:
    errors = {name: str(text) for name, text in as_object(answer.get("errors")).items()}
    inputs = {
        text_at(block, "block_id")
        for block, _ in stateful(objects_at(view.body, "blocks"))
        if block.get("type") == "input"
    }
    strangers = sorted(set(errors) - inputs)
    if strangers or not errors:
        named = ", ".join(strangers) or "nothing"
        raise Refused("invalid_errors", f"names {named}, the inputs are {', '.join(sorted(inputs))}")
    return errors
