"""The schema. One row of `proposals` is the only truth about "approved and executed".

Times are text in ISO 8601 UTC with microseconds, so that they sort, compare and read alike on SQLite and
PostgreSQL. JSON columns hold canonical text written by `vocabulary.canonical`.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", String(255), primary_key=True, comment="the source's event id: the same event twice is one row"),
    Column("source", String(32), nullable=False),
    Column("person", String(120), nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", String(32), nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True, comment="also the checkpoint thread"),
    Column("agent", String(120), nullable=False),
    Column("requester", String(120), nullable=False),
    Column("request", Text, nullable=False),
    Column("source", String(32), nullable=False),
    Column("channel", String(64), nullable=False, server_default=""),
    Column("thread", String(64), nullable=False, server_default=""),
    Column("state", String(16), nullable=False),
    Column("graph", String(120), nullable=False),
    Column("graph_version", String(64), nullable=False),
    Column("pins", Text, nullable=False, server_default="{}", comment="records the rep chose, as JSON"),
    Column("follows", String(64), nullable=False, server_default="", comment="the run this one asks again, or empty"),
    Column("tainted", Integer, nullable=False, server_default="0", comment="1 if it read text from outside"),
    Column("answer", Text, nullable=False, server_default=""),
    Column("holder", String(120), nullable=False, server_default="", comment="worker that runs a segment now"),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
    CheckConstraint("state IN ('queued','thinking','waiting','done','failed','cancelled')", name="state"),
    Index("ix_runs_thread", "channel", "thread"),
)

changesets = Table(
    "changesets",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("run", String(64), ForeignKey("runs.id"), nullable=False, index=True),
    Column("turn", Integer, nullable=False, comment="which pause of the run this is"),
    Column("resumed", Integer, nullable=False, server_default="0", comment="1 once its resume was queued"),
    Column("created_at", String(32), nullable=False),
    Index("uq_changesets_run_turn", "run", "turn", unique=True),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", String(64), primary_key=True, comment="also the idempotency key"),
    Column("revision", Integer, nullable=False),
    Column("changeset", String(64), ForeignKey("changesets.id"), nullable=False, index=True),
    Column("run", String(64), ForeignKey("runs.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("requester", String(120), nullable=False),
    Column("agent", String(120), nullable=False),
    Column("object", String(120), nullable=False),
    Column("record", String(120), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", Text, nullable=False, comment="the whole proposal as canonical JSON, immutable per revision"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("receipt", Text, nullable=True),
    Column("fence", Integer, nullable=False, server_default="0", comment="number of the claim"),
    Column("created_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
    CheckConstraint(
        "state IN ('proposed','approved','rejected','expired','superseded','cancelled',"
        "'executing','done','failed','stale','unknown')",
        name="state",
    ),
    Index("uq_proposals_changeset_position", "changeset", "position", unique=True),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("proposal", String(64), ForeignKey("proposals.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("by", String(120), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("via", String(32), nullable=False),
    Column("at", String(32), nullable=False),
    Index("uq_decisions_once", "proposal", "revision", "by", unique=True),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("proposal", String(64), ForeignKey("proposals.id"), nullable=False, index=True),
    Column("fence", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("nonce", String(64), nullable=False, unique=True),
    Column("worker", String(120), nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("ended_at", String(32), nullable=True),
    Column("outcome", String(32), nullable=True),
    Column("detail", Text, nullable=False, server_default="{}"),
    Index("uq_attempts_once", "proposal", "fence", unique=True),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(120), primary_key=True, comment="what it is about, for example card:<changeset>:<person>"),
    Column("kind", String(32), nullable=False),
    Column("run", String(64), nullable=False, index=True),
    Column("subject", String(64), nullable=False, index=True, comment="changeset or run it shows"),
    Column("person", String(120), nullable=False, server_default="", comment="whom it goes to, or the thread"),
    Column("body", Text, nullable=False, server_default="{}"),
    Column("channel", String(64), nullable=False, server_default=""),
    Column("message", String(64), nullable=False, server_default="", comment="id of the message once it was posted"),
    Column("wanted", Integer, nullable=False, server_default="1", comment="version that should be shown"),
    Column("shown", Integer, nullable=False, server_default="0", comment="version that is shown"),
    Column("error", Text, nullable=False, server_default=""),
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("kind", String(64), nullable=False, index=True),
    Column("run", String(64), nullable=False, server_default="", index=True),
    Column("proposal", String(64), nullable=False, server_default="", index=True),
    Column("entry", LargeBinary, nullable=False, comment="canonical bytes that are hashed"),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("worker", String(120), primary_key=True),
    Column("role", String(32), nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("seen_at", String(32), nullable=False, index=True),
)

switches = Table(
    "switches",
    metadata,
    Column("name", String(160), primary_key=True, comment="all, agent:<id>, connector:<system> or tool:<name>"),
    Column("stopped", Integer, nullable=False),
    Column("by", String(120), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(32), nullable=False),
)

ledger_heads = Table(
    "ledger_heads",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False, comment="entries the head covers"),
    Column("root", String(64), nullable=False, comment="RFC 6962 root in hexadecimal"),
    Column("chain", String(64), nullable=False, comment="hash of the last entry covered"),
    Column("frontier", Text, nullable=False, comment="peaks of the tree, so that the next head reads only what is new"),
    Column("note", Text, nullable=False, comment="the signed C2SP checkpoint"),
    Column("at", String(32), nullable=False),
)

ledger_anchors = Table(
    "ledger_anchors",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("size", Integer, nullable=False, index=True),
    Column("anchor", String(120), nullable=False),
    Column("receipt", Text, nullable=False, comment="what the anchor answered, as canonical JSON"),
    Column("at", String(32), nullable=False),
)

ledger_retired = Table(
    "ledger_retired",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("leaf", String(64), nullable=False, comment="RFC 6962 leaf hash of the dropped bytes"),
    Column("by", Integer, nullable=False, index=True, comment="number of the entry that allowed it"),
)

ledger_subjects = Table(
    "ledger_subjects",
    metadata,
    Column("ref", String(64), primary_key=True, comment="random name of the person inside the chained bytes"),
    Column("name", String(255), nullable=True, unique=True, comment="NULL once erased"),
    Column("key", LargeBinary, nullable=True, comment="AES-256-GCM key; NULL once erased"),
    Column("created_at", String(32), nullable=False),
    Column("erased_at", String(32), nullable=True),
)

ledger_sealed = Table(
    "ledger_sealed",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("field", String(120), primary_key=True),
    Column("subject", String(64), ForeignKey("ledger_subjects.ref"), nullable=False, index=True),
    Column("nonce", LargeBinary, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
)
