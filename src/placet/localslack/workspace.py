"""The people, channels and direct messages of the local workspace."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from placet.errors import LocalSlackError
from placet.localslack.wire import JsonObject, Refused

APP_ID = "A0LOCALAPP"
BOT_ID = "B0LOCALBOT"
BOT_USER_ID = "U0LOCALBOT"
CREATED_EPOCH_S = 1_700_000_000
"""When everything seeded was created; a fixed moment, so that payloads compare equal between runs."""


@dataclass(frozen=True)
class LocalUser:
    """A person (or bot) of the workspace. `name` is the handle, `real_name` what people read."""

    id: str
    name: str
    real_name: str
    email: str
    title: str = ""
    is_bot: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class LocalChannel:
    """A channel. Everyone and the app are members; `is_ext_shared` marks Slack Connect."""

    id: str
    name: str
    is_private: bool = False
    is_ext_shared: bool = False


@dataclass(frozen=True)
class DirectMessage:
    """A conversation of two: a person and the app, or two people."""

    id: str
    members: frozenset[str]

    def partner_of(self, user_id: str) -> str:
        """The other one."""
        return next(iter(self.members - {user_id}), user_id)


Conversation = LocalChannel | DirectMessage


@dataclass
class Standing:
    """What a test may change about a person while the workspace runs."""

    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    presence: str = "active"
    dnd: bool = False
    team_id: str = ""


@dataclass
class Identity:
    """The workspace and the one app installed in it."""

    team_id: str
    app_name: str
    bot_token: str
    app_token: str
    team_name: str = "Local workspace"
    team_domain: str = "local"
    signing_secret: str = field(default_factory=partial(secrets.token_hex, 16))
    verification_token: str = field(default_factory=partial(secrets.token_urlsafe, 12))

    def bot(self) -> LocalUser:
        """The app's own user."""
        return LocalUser(BOT_USER_ID, self.app_name, self.app_name, "", is_bot=True)


class Workspace:
    """People, channels and direct messages, looked up by id.

    Raises:
        LocalSlackError: two people or two channels share an id or a name.
    """

    def __init__(self, identity: Identity, users: Sequence[LocalUser], channels: Sequence[LocalChannel]) -> None:
        self.identity = identity
        self.bot = identity.bot()
        self.users = {user.id: user for user in (*users, self.bot)}
        self.channels = {channel.id: channel for channel in channels}
        self.standing = {user.id: Standing(user.deleted, team_id=identity.team_id) for user in users}
        self.standing[self.bot.id] = Standing(team_id=identity.team_id)
        self.usergroups: dict[str, tuple[str, ...]] = {}
        self._dms: dict[frozenset[str], DirectMessage] = {}
        self._by_id: dict[str, Conversation] = dict(self.channels)
        _refuse_twins("users", [user.id for user in users] + [self.bot.id])
        _refuse_twins("users", [user.name for user in users])
        _refuse_twins("channels", [channel.id for channel in channels])
        _refuse_twins("channels", [channel.name for channel in channels])
        for user in users:
            self.dm(self.bot.id, user.id)

    def people(self) -> list[LocalUser]:
        """Everyone a person can act as: humans that are not deactivated, in the order given."""
        return [user for user in self.users.values() if not user.is_bot and not self.standing[user.id].deleted]

    def person(self, name: str) -> LocalUser:
        """The user with this id, handle or real name.

        Raises:
            LocalSlackError: nobody is called that.
        """
        for user in self.users.values():
            if name in (user.id, user.name, user.real_name):
                return user
        known = ", ".join(user.name for user in self.people())
        raise LocalSlackError(action=f"act as {name}", reason=f"nobody is called that; known are {known}")

    def user(self, user_id: str) -> LocalUser:
        """The user with this id.

        Raises:
            Refused: `user_not_found`.
        """
        if user_id not in self.users:
            raise Refused("user_not_found")
        return self.users[user_id]

    def dm(self, one: str, other: str) -> DirectMessage:
        """The direct message of two users, opened when it is new. The app's is `D` + the person's id."""
        members = frozenset((one, other))
        if members not in self._dms:
            people = sorted(members - {self.bot.id}) or sorted(members)
            dm_id = "D" + "".join(person.removeprefix("U") for person in people)
            self._dms[members] = DirectMessage(dm_id, members)
            self._by_id[dm_id] = self._dms[members]
        return self._dms[members]

    def conversation(self, named: str) -> Conversation:
        """The conversation with this id or `#name`; a user's id means the app's direct message.

        Raises:
            Refused: `channel_not_found`.
        """
        if named in self._by_id:
            return self._by_id[named]
        if named in self.users and named != self.bot.id:
            return self.dm(self.bot.id, named)
        for channel in self.channels.values():
            if named.removeprefix("#") == channel.name:
                return channel
        raise Refused("channel_not_found")

    def conversations_of(self, user_id: str) -> Iterable[Conversation]:
        """What this person can see: every channel, the app, and everyone else who is active."""
        yield from self.channels.values()
        yield self.dm(self.bot.id, user_id)
        yield from (self.dm(user_id, person.id) for person in self.people() if person.id != user_id)

    def members_of(self, conversation: Conversation) -> frozenset[str]:
        """Who is in it."""
        if isinstance(conversation, DirectMessage):
            return conversation.members
        return frozenset(self.users)

    def set_usergroups(self, groups: Mapping[str, Sequence[str]]) -> None:
        """Replace the user groups: group id → user ids."""
        self.usergroups = {group: tuple(members) for group, members in groups.items()}

    @property
    def app_id(self) -> str:
        """The id of the one app installed here."""
        return APP_ID

    def payload_user(self, user_id: str) -> JsonObject:
        """`user` as interaction payloads carry it (slack.md §3: the clicker's own `team_id`)."""
        user = self.users[user_id]
        team_id = self.standing[user_id].team_id
        return {"id": user.id, "username": user.name, "name": user.name, "team_id": team_id}

    def payload_team(self) -> JsonObject:
        """`team` as interaction payloads carry it: the workspace the app is installed in."""
        return {"id": self.identity.team_id, "domain": self.identity.team_domain}


def _refuse_twins(what: str, names: Sequence[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise LocalSlackError(action=f"seed {what}", reason=f"used twice: {', '.join(twins)}")
