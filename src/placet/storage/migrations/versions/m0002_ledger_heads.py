"""Signed heads, anchors, retired entries, and sealed personal values of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "ledger_heads",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False, comment="entries the head covers"),
        sa.Column("root", sa.String(length=64), nullable=False, comment="RFC 6962 root in hexadecimal"),
        sa.Column("chain", sa.String(length=64), nullable=False, comment="hash of the last entry covered"),
        sa.Column(
            "frontier",
            sa.Text(),
            nullable=False,
            comment="peaks of the tree, so that the next head reads only what is new",
        ),
        sa.Column("note", sa.Text(), nullable=False, comment="the signed C2SP checkpoint"),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_ledger_heads")),
    )
    op.create_table(
        "ledger_anchors",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(length=120), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False, comment="what the anchor answered, as canonical JSON"),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_anchors")),
    )
    op.create_index(op.f("ix_ledger_anchors_size"), "ledger_anchors", ["size"], unique=False)
    op.create_table(
        "ledger_retired",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False, comment="RFC 6962 leaf hash of the dropped bytes"),
        sa.Column("by", sa.Integer(), nullable=False, comment="number of the entry that allowed it"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_retired")),
    )
    op.create_index(op.f("ix_ledger_retired_by"), "ledger_retired", ["by"], unique=False)
    op.create_table(
        "ledger_subjects",
        sa.Column(
            "ref", sa.String(length=64), nullable=False, comment="random name of the person inside the chained bytes"
        ),
        sa.Column("name", sa.String(length=255), nullable=True, comment="NULL once erased"),
        sa.Column("key", sa.LargeBinary(), nullable=True, comment="AES-256-GCM key; NULL once erased"),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("erased_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_ledger_subjects")),
        sa.UniqueConstraint("name", name=op.f("uq_ledger_subjects_name")),
    )
    op.create_table(
        "ledger_sealed",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["subject"], ["ledger_subjects.ref"], name=op.f("fk_ledger_sealed_subject")),
        sa.PrimaryKeyConstraint("seq", "field", name=op.f("pk_ledger_sealed")),
    )
    op.create_index(op.f("ix_ledger_sealed_subject"), "ledger_sealed", ["subject"], unique=False)
