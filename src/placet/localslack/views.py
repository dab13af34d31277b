"""Modals, one stack a person, and Home tabs."""

import itertools
import secrets
from dataclasses import dataclass, field

from placet.localslack.messages import name_blocks
from placet.localslack.wire import JsonObject, Refused, objects_at, text_at
from placet.localslack.workspace import APP_ID, BOT_ID

STACK = 3
"""A root view and two pushed onto it."""


@dataclass
class View:
    """One modal or Home tab as the app described it, and what the person has filled in so far."""

    id: str
    user_id: str
    team_id: str
    body: JsonObject
    root_id: str = ""
    previous_id: str = ""
    hash: str = ""
    version: int = 0
    values: JsonObject = field(default_factory=dict)

    def raw(self) -> JsonObject:
        """The view as interaction payloads and answers carry it."""
        body = self.body
        return {
            "id": self.id,
            "team_id": self.team_id,
            "app_id": APP_ID,
            "app_installed_team_id": self.team_id,
            "bot_id": BOT_ID,
            "type": body.get("type"),
            "title": body.get("title"),
            "submit": body.get("submit"),
            "close": body.get("close"),
            "blocks": objects_at(body, "blocks"),
            "private_metadata": text_at(body, "private_metadata"),
            "callback_id": text_at(body, "callback_id"),
            "external_id": text_at(body, "external_id"),
            "state": {"values": self.values},
            "hash": self.hash,
            "clear_on_close": bool(body.get("clear_on_close")),
            "notify_on_close": bool(body.get("notify_on_close")),
            "previous_view_id": self.previous_id or None,
            "root_view_id": self.root_id,
        }


class Views:
    """Every open modal and published Home tab."""

    def __init__(self, team_id: str) -> None:
        self._team_id = team_id
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}
        self._numbers = itertools.count(1)
        self._versions = itertools.count(1)

    def stack(self, user_id: str) -> list[View]:
        """The person's open modals, the visible one last."""
        return self._stacks.setdefault(user_id, [])

    def top(self, user_id: str) -> View | None:
        """The modal the person sees."""
        return self.stack(user_id)[-1] if self.stack(user_id) else None

    def home(self, user_id: str) -> View | None:
        """The person's Home tab, if the app has published one."""
        return self._homes.get(user_id)

    def open(self, user_id: str, body: JsonObject) -> View:
        """Show a new root modal; one that was open goes away."""
        self._refuse_used_external_id(body)
        view = self._new(user_id, body)
        view.root_id = view.id
        self._stacks[user_id] = [view]
        return view

    def push(self, user_id: str, body: JsonObject) -> View:
        """Show a modal on top of the open one.

        Raises:
            Refused: `not_found` with no modal open, `push_limit_reached` with three.
        """
        stack = self.stack(user_id)
        if not stack:
            raise Refused("not_found")
        if len(stack) >= STACK:
            raise Refused("push_limit_reached", is_breach=True)
        self._refuse_used_external_id(body)
        view = self._new(user_id, body)
        view.root_id, view.previous_id = stack[0].id, stack[-1].id
        stack.append(view)
        return view

    def update(self, view: View, body: JsonObject, hash_seen: str = "") -> View:
        """Replace a view's content.

        Raises:
            Refused: `hash_conflict`, when `hash_seen` is given and the view has changed since.
        """
        if hash_seen and hash_seen != view.hash:
            raise Refused("hash_conflict")
        self._fill(view, body)
        return view

    def publish(self, user_id: str, body: JsonObject, hash_seen: str = "") -> View:
        """Show a Home tab.

        Raises:
            Refused: `hash_conflict`, when `hash_seen` is given and the tab has changed since.
        """
        home = self._homes.get(user_id)
        if home is None:
            home = self._homes[user_id] = self._new(user_id, body)
            home.root_id = home.id
            return home
        return self.update(home, body, hash_seen)

    def find(self, *, view_id: str = "", external_id: str = "") -> View:
        """The open modal or Home tab with this id.

        Raises:
            Refused: `not_found`.
        """
        for view in [*itertools.chain(*self._stacks.values()), *self._homes.values()]:
            if view_id == view.id or (external_id and text_at(view.body, "external_id") == external_id):
                return view
        raise Refused("not_found")

    def close(self, view: View, *, everything: bool = False) -> list[View]:
        """Close a modal and whatever lies on it, or the whole stack; answers with the closed ones."""
        stack = self.stack(view.user_id)
        first = 0 if everything else next((i for i, open_ in enumerate(stack) if open_ is view), len(stack))
        closed = stack[first:]
        del stack[first:]
        return closed

    def _new(self, user_id: str, body: JsonObject) -> View:
        view = View(f"V{next(self._numbers):010d}", user_id, self._team_id, {})
        self._fill(view, body)
        return view

    def _fill(self, view: View, body: JsonObject) -> None:
        view.body = {**body, "blocks": name_blocks(objects_at(body, "blocks"))}
        view.version = next(self._versions)
        view.hash = f"{view.version}.{secrets.token_hex(4)}"
        view.values = {}

    def _refuse_used_external_id(self, body: JsonObject) -> None:
        external_id = text_at(body, "external_id")
        if not external_id:
            return
        try:
            self.find(external_id=external_id)
        except Refused:
            return
        raise Refused("duplicate_external_id", is_breach=True)
