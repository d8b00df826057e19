"""The tables of the store. A change here needs a migration beside it (`serving.migrations`).

Moments are microseconds since 1970 in UTC where the row is about the desk's own time, and
timestamps with a zone where it is about the service's.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()
_Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _seq() -> sa.Column[Any]:
    return sa.Column("seq", _Serial, primary_key=True, autoincrement=True)


def _when(name: str = "created_at", *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refresh_id(*, primary_key: bool = False) -> sa.Column[Any]:
    return sa.Column(
        "refresh_id",
        sa.String(64),
        sa.ForeignKey("decisions.refresh_id"),
        primary_key=primary_key,
        index=not primary_key,  # what hangs on a decision goes with it
        nullable=False,
    )


DECISIONS = sa.Table(
    "decisions",
    METADATA,
    _seq(),
    sa.Column("refresh_id", sa.String(64), nullable=False, unique=True),
    _when(),
    sa.Column("policy_name", sa.String(200), nullable=False),
    sa.Column("policy_version", sa.BigInteger, nullable=False),
    sa.Column("model_name", sa.String(200), nullable=False),
    sa.Column("model_version", sa.BigInteger, nullable=False),
    sa.Column("timings_ms", sa.Text, nullable=False),
    sa.Column("request", sa.LargeBinary, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),
    sa.Column("policy_fingerprint", sa.String(64), nullable=True),
    sa.Column("events_seq", sa.BigInteger, nullable=True),
)
"""One row a refresh, append-only; `request` (redacted) and `answer` are zlib-compressed JSON.

`policy_fingerprint` names the document obeyed (`policy_documents`), `events_seq` the last event
that was known: what a replay needs. Both are null for decisions older than these columns.
"""

IDEMPOTENCY_KEYS = sa.Table(
    "idempotency_keys",
    METADATA,
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("body_sha256", sa.String(64), nullable=False),
    _refresh_id(),
    _when(),
)
"""Which body a key was first sent with, and the decision that answered it."""

ACTIONS = sa.Table(
    "actions",
    METADATA,
    _seq(),
    _refresh_id(),
    sa.Column("at_us", sa.BigInteger, nullable=False, index=True),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("ticket_id", sa.String(200), nullable=False),
    sa.Column("target", sa.String(200), nullable=False),
    sa.Column("saves", sa.Float, nullable=True),
)
"""Every next action told, as of which moment, to whom, and its worth."""

SPENT = sa.Table(
    "spent",
    METADATA,
    _refresh_id(primary_key=True),
    sa.Column("spent", sa.LargeBinary, nullable=False),
)
"""What had been done before each decision (`model.spent`): compressed JSON, for its replay."""

PLACEMENTS = sa.Table(
    "placements",
    METADATA,
    _seq(),
    _refresh_id(),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("ticket_id", sa.String(200), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("agent_id", sa.String(200), nullable=True),
    sa.Column("previous_agent_id", sa.String(200), nullable=True),
    sa.Column("risk_timeout", sa.Float, nullable=True),
    sa.Column("propensity", sa.Float, nullable=True),
    sa.Index("placements_by_ticket", "ticket_id", "seq"),
    sa.Index("placements_by_time", "at_us"),
)
"""What each decision said of a ticket, where it was news: looked up by ticket."""

EVENTS = sa.Table(
    "events",
    METADATA,
    _seq(),
    sa.Column("event_id", sa.String(200), nullable=False, unique=True),
    sa.Column("time_us", sa.BigInteger, nullable=False),
    sa.Column("type", sa.String(40), nullable=False),
    sa.Column("ticket_id", sa.String(200), nullable=True, index=True),
    sa.Column("customer_id", sa.String(200), nullable=True, index=True),
    sa.Column("agent_id", sa.String(200), nullable=True),
    sa.Column("category", sa.String(200), nullable=True),
    sa.Column("subcategory", sa.String(200), nullable=True),
    sa.Column("region", sa.String(200), nullable=True),
    sa.Column("channel", sa.String(200), nullable=True),
    sa.Column("priority", sa.String(200), nullable=True),
    sa.Column("due_us", sa.BigInteger, nullable=True),
    sa.Column("state", sa.String(40), nullable=True),
    sa.Column("party", sa.String(200), nullable=True),
    sa.Column("amount", sa.Float, nullable=True),
    sa.Column("text", sa.Text, nullable=True),
    sa.Column("sla_met", sa.Boolean, nullable=True),
    sa.Column("attributes", sa.Text, nullable=True),
    sa.Column("signals", sa.BigInteger, nullable=False),
    sa.Column("wording", sa.LargeBinary, nullable=True),
    _when("received_at"),
)
"""The history: one row an event, in the order in which they became durable.

`text` and `attributes` are masked; `signals` and `wording` (`features.text`, `features.wording`)
were read off the text before.
"""

MARKS = sa.Table(
    "marks",
    METADATA,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
)
"""A number for each thing that workers keep in memory; it rises with every change of the thing."""

POLICY_DOCUMENTS = sa.Table(
    "policy_documents",
    METADATA,
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("document", sa.Text, nullable=False),
)
"""Every policy that was ever published or obeyed, as JSON, by `Policy.fingerprint`."""

POLICIES = sa.Table(
    "policies",
    METADATA,
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column(
        "fingerprint",
        sa.String(64),
        sa.ForeignKey("policy_documents.fingerprint"),
        nullable=False,
    ),
    _when(),
    sa.Column("who", sa.String(200), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
"""The versions of the policy: what each decides, who made it, when and why."""

POLICY_MOVES = sa.Table(
    "policy_moves",
    METADATA,
    _seq(),
    sa.Column("version", sa.BigInteger, sa.ForeignKey("policies.version"), nullable=False),
    sa.Column("move", sa.String(40), nullable=False),
    _when(),
    sa.Column("who", sa.String(200), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
"""Which version came into force when: `move` is `publish` or `rollback`; the last one holds."""

OVERRIDES = sa.Table(
    "overrides",
    METADATA,
    _seq(),
    sa.Column("override_id", sa.String(64), nullable=False, unique=True),
    _when(),
    sa.Column("who", sa.String(200), nullable=False),
    sa.Column("ticket_id", sa.String(200), nullable=False, index=True),
    sa.Column("refresh_id", sa.String(64), nullable=True),
    sa.Column("agent_id", sa.String(200), nullable=True),
    sa.Column("previous_agent_id", sa.String(200), nullable=True),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("pinned", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    _when("ended_at", nullable=True),
    sa.Column("handed_back", sa.Boolean, nullable=False, server_default=sa.false()),
)
"""A person's choice against the plan, and why; it holds until `ended_at`.

`at_us` is the desk's moment of which it was chosen: that of the decision `refresh_id`.
`handed_back`: `previous_agent_id` does not want it, whoever else may have it.
"""

KEYS = sa.Table(
    "keys",
    METADATA,
    sa.Column("key_id", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("scopes", sa.String(200), nullable=False),
    _when(),
    sa.Column("who", sa.String(200), nullable=False),
    _when("expires_at", nullable=True),
    _when("revoked_at", nullable=True),
    sa.Column("agent_id", sa.String(200), nullable=True),
)
"""The API keys: SHA-256 of each (they are random, 256 bits), scopes apart by blanks.

`agent_id` is the agent who holds it, where one does.
"""

SESSIONS = sa.Table(
    "sessions",
    METADATA,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("tag", sa.String(40), nullable=False),
    sa.Column("scopes", sa.String(200), nullable=False),
    sa.Column("agent_id", sa.String(200), nullable=True),
    sa.Column("proof", sa.String(64), nullable=False),
    _when(),
    _when("expires_at"),
)
"""Who is signed in at a browser: SHA-256 of what its cookie holds, and who that is.

`tag` is the id of the key it was opened with; `proof` holds the session to a master key
(`serving.access.sessions`).
"""

LINKS = sa.Table(
    "links",
    METADATA,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("ticket_id", sa.String(200), nullable=False, index=True),
    _when(),
    sa.Column("who", sa.String(200), nullable=False),
    _when("expires_at"),
)
"""The links with which customers see where their ticket stands: SHA-256 of each."""

AUDIT = sa.Table(
    "audit",
    METADATA,
    _seq(),
    _when(),
    sa.Column("who", sa.String(200), nullable=False),
    sa.Column("what", sa.String(80), nullable=False),
    sa.Column("about", sa.Text, nullable=False),
)
"""Every change that somebody made, append-only; `about` is a JSON object without secrets."""

FORGOTTEN = sa.Table(
    "forgotten",
    METADATA,
    sa.Column("digest", sa.String(64), primary_key=True),
    _when(),
    sa.Column("who", sa.String(200), nullable=False),
)
"""Customers who asked to be forgotten, by SHA-256 of their id, so that nothing brings them back."""
