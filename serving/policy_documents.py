"""Every policy that was obeyed, by its fingerprint: what a replay decides by."""

from __future__ import annotations

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from model import policy_reader
from model.decision import Version
from model.policy import Policy
from serving.tables import POLICY_DOCUMENTS


def keep(connection: sa.Connection, policy: Policy) -> None:
    """Write a document under its fingerprint, if it is not there."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"fingerprint": policy.fingerprint(), "document": policy.to_json()}
    connection.execute(dialect.insert(POLICY_DOCUMENTS).values(row).on_conflict_do_nothing())


def document(connection: sa.Connection, fingerprint: str, named: Version) -> Policy | None:
    """The policy under a fingerprint, with the name and version it had; None if there is none.

    Raises:
        PolicyError: this Fendan cannot obey it.
    """
    where = POLICY_DOCUMENTS.c.fingerprint == fingerprint
    query = sa.select(POLICY_DOCUMENTS.c.document).where(where)
    stored = connection.execute(query).scalar_one_or_none()
    if stored is None:
        return None
    return policy_reader.of({**orjson.loads(stored), "name": named.name, "version": named.version})
