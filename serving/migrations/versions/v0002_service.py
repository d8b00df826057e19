"""Events, placements, policies, overrides, keys, the audit, and the marks of what changed."""

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MARKED = ("events", "history", "policy", "keys", "model")


def upgrade() -> None:
    """Make them, and start every mark at 0."""
    op.create_table(
        "audit",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "events",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("time_us", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.String(length=200), nullable=True),
        sa.Column("customer_id", sa.String(length=200), nullable=True),
        sa.Column("agent_id", sa.String(length=200), nullable=True),
        sa.Column("category", sa.String(length=200), nullable=True),
        sa.Column("subcategory", sa.String(length=200), nullable=True),
        sa.Column("region", sa.String(length=200), nullable=True),
        sa.Column("channel", sa.String(length=200), nullable=True),
        sa.Column("priority", sa.String(length=200), nullable=True),
        sa.Column("due_us", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=True),
        sa.Column("party", sa.String(length=200), nullable=True),
        sa.Column("amount", sa.Float(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("sla_met", sa.Boolean(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=True),
        sa.Column("signals", sa.BigInteger(), nullable=False),
        sa.Column("wording", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("event_id"),
    )
    op.create_index(op.f("ix_events_customer_id"), "events", ["customer_id"], unique=False)
    op.create_index(op.f("ix_events_ticket_id"), "events", ["ticket_id"], unique=False)
    op.create_table(
        "forgotten",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "keys",
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "overrides",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("override_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("ticket_id", sa.String(length=200), nullable=False),
        sa.Column("refresh_id", sa.String(length=64), nullable=True),
        sa.Column("agent_id", sa.String(length=200), nullable=True),
        sa.Column("previous_agent_id", sa.String(length=200), nullable=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("override_id"),
    )
    op.create_index(op.f("ix_overrides_ticket_id"), "overrides", ["ticket_id"], unique=False)
    op.create_table(
        "policy_documents",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_table(
        "placements",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("refresh_id", sa.String(length=64), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("agent_id", sa.String(length=200), nullable=True),
        sa.Column("previous_agent_id", sa.String(length=200), nullable=True),
        sa.Column("risk_timeout", sa.Float(), nullable=True),
        sa.Column("propensity", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["refresh_id"],
            ["decisions.refresh_id"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("placements_by_ticket", "placements", ["ticket_id", "seq"], unique=False)
    op.create_index("placements_by_time", "placements", ["at_us"], unique=False)
    for name in ("idempotency_keys", "actions", "placements"):  # to drop them with a decision
        op.create_index(f"ix_{name}_refresh_id", name, ["refresh_id"])
    op.create_table(
        "policies",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fingerprint"],
            ["policy_documents.fingerprint"],
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "policy_moves",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("move", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"],
            ["policies.version"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.add_column("decisions", sa.Column("policy_fingerprint", sa.String(length=64), nullable=True))
    op.add_column("decisions", sa.Column("events_seq", sa.BigInteger(), nullable=True))
    marks = sa.table("marks", sa.column("name", sa.String), sa.column("seq", sa.BigInteger))
    op.bulk_insert(marks, [{"name": name, "seq": 0} for name in MARKED])
