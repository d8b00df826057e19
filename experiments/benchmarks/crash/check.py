"""After a crash: send again what had no answer, and hold the store to the book."""

from __future__ import annotations

import uuid
import zlib
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from experiments.benchmarks.crash.load import Book, Desk, Wish
from model import dispatch, policy_reader
from model.bundle import Bundle
from model.desk import ServedDesk
from serving.answering import refresh_answer, to_bytes
from serving.answers import RefreshOut
from serving.client import Fendan, FendanProblem
from serving.decisions.log import DecisionLog
from serving.events.log import EventLog
from serving.policy.store import PolicyStore
from serving.schemas import parse_refresh
from serving.store import Store
from serving.tables import AUDIT, DECISIONS, EVENTS, IDEMPOTENCY_KEYS, POLICIES, POLICY_MOVES


def settle(client: Fendan, book: Book) -> None:
    """Send everything that had no answer once more, as a careful caller does."""
    for rows in book.lost_events:
        taken = client.send_events(rows)
        if taken.rejected:
            book.faults.append(f"events that were sent again were rejected: {taken.rejected}")
        book.events.update(str(row["event_id"]) for row in rows)
    for key, body in book.lost_refreshes.items():
        plan, again = client.refresh(body, key), client.refresh(body, key)
        if plan != again:
            book.faults.append(f"one key, two decisions: {plan.refresh_id}, {again.refresh_id}")
        book.refreshes[key] = plan
    for wish in book.lost_policies:
        _put_again(client, book, wish)
    book.lost_events, book.lost_refreshes, book.lost_policies = [], {}, []


def _put_again(client: Fendan, book: Book, wish: Wish) -> None:
    """Put a policy once more; where others came into force since, it is refused as stale."""
    try:
        done = client.put_policy(wish.document, wish.etag, "crash")
    except FendanProblem as problem:
        if problem.status != 412 or client.policy().etag == wish.etag:
            raise
    else:
        book.policies[done.version] = done.name


@dataclass(frozen=True, slots=True)
class Examiner:
    """Looks into the store by itself, and decides by itself with the model that is served."""

    store: Store
    bundle: Bundle
    desk: Desk

    def faults(self, client: Fendan, book: Book, minute: int) -> list[str]:
        """Everything that is not as the book says, in words; empty when all is well."""
        found = [*book.faults]
        with self.store.transaction() as connection:
            found += stored_faults(connection, book)
        found += self._next(client, book, minute)
        book.faults.clear()
        return found

    def _next(self, client: Fendan, book: Book, minute: int) -> list[str]:
        """The next refresh knows all that was acknowledged, and is what an offline one says."""
        body, key = self.desk.body(minute), str(uuid.uuid4())
        given = client.refresh(body, key)
        book.refreshes[key] = given
        logged = DecisionLog(self.store).get(given.refresh_id)
        if logged is None:
            return [f"the next refresh is not logged (degraded: {given.degraded})"]
        last = EventLog(self.store).since(0, logged.events_seq)
        missing = book.events - set(last.events["event_id"])
        if missing:
            return [f"the next refresh does not know {len(missing)} acknowledged events"]
        ours = self._offline(body, given.refresh_id, last.events)
        return _differences(given, ours)

    def _offline(self, body: bytes, refresh_id: str, events: pd.DataFrame) -> RefreshOut:
        standing = PolicyStore(self.store).standing()
        policy = policy_reader.default() if standing is None else standing.policy
        snapshot, options = parse_refresh(body)
        served = ServedDesk.of(self.bundle, policy, events)
        spent = DecisionLog(self.store).spent(refresh_id)
        decision = dispatch.refresh(served, snapshot, options, spent=spent)
        answer = to_bytes(refresh_answer(decision, refresh_id, 0))
        return RefreshOut.model_validate_json(answer)


def stored_faults(connection: sa.Connection, book: Book) -> list[str]:
    """Where a store does not hold what the book says, or holds it twice."""
    found = _whole(connection) + _events(connection, book)
    return found + _decisions(connection, book) + _policies(connection, book)


def _whole(connection: sa.Connection) -> list[str]:
    """Whether the file itself is sound; of PostgreSQL its start already said so."""
    if connection.dialect.name != "sqlite":
        return []
    said = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
    return [] if said == "ok" else [f"SQLite finds its file damaged: {said}"]


def _events(connection: sa.Connection, book: Book) -> list[str]:
    stored = list(connection.execute(sa.select(EVENTS.c.event_id)).scalars())
    found = []
    if missing := book.events - set(stored):
        found.append(f"{len(missing)} acknowledged events are gone")
    if len(stored) != len(set(stored)):
        found.append(f"{len(stored) - len(set(stored))} events are there twice")
    return found


def _decisions(connection: sa.Connection, book: Book) -> list[str]:
    """Each acknowledged answer is there to the letter, under its key, and none without a key."""
    query = sa.select(IDEMPOTENCY_KEYS.c.key, DECISIONS.c.answer).join_from(
        DECISIONS,
        IDEMPOTENCY_KEYS,
        DECISIONS.c.refresh_id == IDEMPOTENCY_KEYS.c.refresh_id,
        isouter=True,
    )
    rows = connection.execute(query).all()
    stored = {row.key: row.answer for row in rows}
    found = []
    if len(stored) != len(rows) or None in stored:
        found.append(f"{len(rows)} decisions for {len(stored.keys() - {None})} keys")
    for key, given in book.refreshes.items():
        answer = stored.get(key)
        if answer is None:
            found.append(f"the acknowledged decision {given.refresh_id} is gone")
        elif RefreshOut.model_validate_json(zlib.decompress(answer)) != given:
            found.append(f"the decision {given.refresh_id} is logged otherwise than it was told")
    return found


def _policies(connection: sa.Connection, book: Book) -> list[str]:
    """Each acknowledged version is there, came into force once, and was written down once."""
    names = {row.version: row.name for row in connection.execute(sa.select(POLICIES))}
    moves = list(connection.execute(sa.select(POLICY_MOVES.c.version)).scalars())
    audited = sa.select(sa.func.count()).select_from(AUDIT).where(AUDIT.c.what == "policy.publish")
    written = connection.execute(audited).scalar_one()
    found = [
        f"version {version} of the policy is {names.get(version)!r}, not {name!r}"
        for version, name in book.policies.items()
        if names.get(version) != name
    ]
    if len(set(names.values())) != len(names) or len(set(moves)) != len(moves):
        found.append("a policy was published twice")
    if moves and written != len(moves) - 1:  # what held before the first was not anybody's doing
        found.append(f"{len(moves) - 1} publications, {written} entries of the audit")
    return found


def _differences(given: RefreshOut, ours: RefreshOut) -> list[str]:
    """Where two answers differ but for the time that they took."""
    told, own = given.model_dump(), ours.model_dump()
    del told["summary"]["elapsed_ms"], own["summary"]["elapsed_ms"]
    return [
        f"the next refresh differs from an offline one in `{name}`"
        for name in told
        if told[name] != own[name]
    ]
