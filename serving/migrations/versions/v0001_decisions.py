"""Decisions, the keys they answered, the actions they told and what had been spent before."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "decisions",
        sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("refresh_id", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_name", sa.String(200), nullable=False),
        sa.Column("policy_version", sa.BigInteger(), nullable=False),
        sa.Column("model_name", sa.String(200), nullable=False),
        sa.Column("model_version", sa.BigInteger(), nullable=False),
        sa.Column("timings_ms", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        _refresh_id(),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "actions",
        sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
        _refresh_id(),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("ticket_id", sa.String(200), nullable=False),
        sa.Column("target", sa.String(200), nullable=False),
        sa.Column("saves", sa.Float(), nullable=True),
    )
    op.create_index("ix_actions_at_us", "actions", ["at_us"])
    op.create_table(
        "spent",
        _refresh_id(primary_key=True),
        sa.Column("spent", sa.LargeBinary(), nullable=False),
    )


def _refresh_id(*, primary_key: bool = False) -> sa.Column[Any]:
    key = sa.ForeignKey("decisions.refresh_id")
    return sa.Column("refresh_id", sa.String(64), key, primary_key=primary_key, nullable=False)
