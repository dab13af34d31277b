"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _make_heartbeats() -> None:
    op.create_table(
        "heartbeats",
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_heartbeats")),
    )
    op.create_index(op.f("ix_heartbeats_seen_at"), "heartbeats", ["seen_at"], unique=False)


def _make_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column(
            "id",
            sa.String(length=255),
            nullable=False,
            comment="the source's event id: the same event twice is one row",
        ),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
    )


def _make_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("run", sa.String(length=64), server_default="", nullable=False),
        sa.Column("proposal", sa.String(length=64), server_default="", nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False, comment="canonical bytes that are hashed"),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
        sa.UniqueConstraint("hash", name=op.f("uq_ledger_hash")),
    )
    op.create_index(op.f("ix_ledger_kind"), "ledger", ["kind"], unique=False)
    op.create_index(op.f("ix_ledger_proposal"), "ledger", ["proposal"], unique=False)
    op.create_index(op.f("ix_ledger_run"), "ledger", ["run"], unique=False)


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column(
            "id",
            sa.String(length=120),
            nullable=False,
            comment="what it is about, for example card:<changeset>:<person>",
        ),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("run", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False, comment="changeset or run it shows"),
        sa.Column(
            "person", sa.String(length=120), server_default="", nullable=False, comment="whom it goes to, or the thread"
        ),
        sa.Column("body", sa.Text(), server_default="{}", nullable=False),
        sa.Column("channel", sa.String(length=64), server_default="", nullable=False),
        sa.Column(
            "message",
            sa.String(length=64),
            server_default="",
            nullable=False,
            comment="id of the message once it was posted",
        ),
        sa.Column("wanted", sa.Integer(), server_default="1", nullable=False, comment="version that should be shown"),
        sa.Column("shown", sa.Integer(), server_default="0", nullable=False, comment="version that is shown"),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_run"), "outbox", ["run"], unique=False)
    op.create_index(op.f("ix_outbox_subject"), "outbox", ["subject"], unique=False)


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=64), nullable=False, comment="also the checkpoint thread"),
        sa.Column("agent", sa.String(length=120), nullable=False),
        sa.Column("requester", sa.String(length=120), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=64), server_default="", nullable=False),
        sa.Column("thread", sa.String(length=64), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("graph", sa.String(length=120), nullable=False),
        sa.Column("graph_version", sa.String(length=64), nullable=False),
        sa.Column("pins", sa.Text(), server_default="{}", nullable=False, comment="records the rep chose, as JSON"),
        sa.Column(
            "follows",
            sa.String(length=64),
            server_default="",
            nullable=False,
            comment="the run this one asks again, or empty",
        ),
        sa.Column(
            "tainted", sa.Integer(), server_default="0", nullable=False, comment="1 if it read text from outside"
        ),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "holder", sa.String(length=120), server_default="", nullable=False, comment="worker that runs a segment now"
        ),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued','thinking','waiting','done','failed','cancelled')", name=op.f("ck_runs_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index("ix_runs_thread", "runs", ["channel", "thread"], unique=False)


def _make_switches() -> None:
    op.create_table(
        "switches",
        sa.Column(
            "name", sa.String(length=160), nullable=False, comment="all, agent:<id>, connector:<system> or tool:<name>"
        ),
        sa.Column("stopped", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )


def _make_changesets() -> None:
    op.create_table(
        "changesets",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("run", sa.String(length=64), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False, comment="which pause of the run this is"),
        sa.Column("resumed", sa.Integer(), server_default="0", nullable=False, comment="1 once its resume was queued"),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_changesets_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changesets")),
    )
    op.create_index(op.f("ix_changesets_run"), "changesets", ["run"], unique=False)
    op.create_index("uq_changesets_run_turn", "changesets", ["run", "turn"], unique=True)


def _make_proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(length=64), nullable=False, comment="also the idempotency key"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changeset", sa.String(length=64), nullable=False),
        sa.Column("run", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requester", sa.String(length=120), nullable=False),
        sa.Column("agent", sa.String(length=120), nullable=False),
        sa.Column("object", sa.String(length=120), nullable=False),
        sa.Column("record", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "body", sa.Text(), nullable=False, comment="the whole proposal as canonical JSON, immutable per revision"
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False, comment="number of the claim"),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed','approved','rejected','expired','superseded','cancelled','executing','done','failed','stale','unknown')",
            name=op.f("ck_proposals_state"),
        ),
        sa.ForeignKeyConstraint(["changeset"], ["changesets.id"], name=op.f("fk_proposals_changeset")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_proposals_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_changeset"), "proposals", ["changeset"], unique=False)
    op.create_index(op.f("ix_proposals_run"), "proposals", ["run"], unique=False)
    op.create_index(op.f("ix_proposals_state"), "proposals", ["state"], unique=False)
    op.create_index("uq_proposals_changeset_position", "proposals", ["changeset", "position"], unique=True)


def _make_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("proposal", sa.String(length=64), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.id"], name=op.f("fk_attempts_proposal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("nonce", name=op.f("uq_attempts_nonce")),
    )
    op.create_index(op.f("ix_attempts_proposal"), "attempts", ["proposal"], unique=False)
    op.create_index("uq_attempts_once", "attempts", ["proposal", "fence"], unique=True)


def _make_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("proposal", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("via", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.id"], name=op.f("fk_decisions_proposal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_proposal"), "decisions", ["proposal"], unique=False)
    op.create_index("uq_decisions_once", "decisions", ["proposal", "revision", "by"], unique=True)


def upgrade() -> None:
    _make_heartbeats()
    _make_inbox()
    _make_ledger()
    _make_outbox()
    _make_runs()
    _make_switches()
    _make_changesets()
    _make_proposals()
    _make_attempts()
    _make_decisions()
