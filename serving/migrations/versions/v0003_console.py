"""Sessions of browsers, links of customers, tickets handed back, and whose a key is."""

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    """Make them; a choice made before is none that hands back, and overrides are marked too."""
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("agent_id", sa.String(length=200), nullable=True),
        sa.Column("proof", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "links",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_links_ticket_id"), "links", ["ticket_id"], unique=False)
    op.add_column("keys", sa.Column("agent_id", sa.String(length=200), nullable=True))
    op.add_column(
        "overrides",
        sa.Column("handed_back", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    marks = sa.table("marks", sa.column("name", sa.String), sa.column("seq", sa.BigInteger))
    op.bulk_insert(marks, [{"name": "overrides", "seq": 0}])
