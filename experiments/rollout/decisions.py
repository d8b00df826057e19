"""What the decision log says: which policy version decided which tickets, and when."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import sqlalchemy as sa
from numpy.typing import NDArray

from experiments.rollout.errors import RolloutError
from features.picture import micros_of
from model.decision import Version
from serving.store import Store
from serving.tables import DECISIONS
from training.moments import Bool, Int

CONTROL: Final = 0
TREATMENT: Final = 1
NEITHER: Final = -1


@dataclass(frozen=True, slots=True)
class Decided:
    """One refresh: as of when, by which policy, whether a stage gave way, whom it placed."""

    as_of: datetime
    policy: Version
    degraded: bool
    tickets: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Refreshes:
    """(r,) refreshes in the order of time: `variant` is 0 (control), 1 (treatment) or -1 (neither).

    `ticket` and `refresh` (m,) are the placements: which ticket in which refresh.
    """

    time_us: Int
    variant: Int
    degraded: Bool
    ticket: NDArray[np.object_]
    refresh: Int

    @classmethod
    def of(cls, decided: Iterable[Decided], control: Version, treatment: Version) -> Refreshes:
        """The refreshes of a release."""
        rows = sorted(decided, key=lambda each: each.as_of)
        codes = {control: CONTROL, treatment: TREATMENT}
        sizes = [len(each.tickets) for each in rows]
        return cls(
            time_us=np.array([micros_of(each.as_of) for each in rows], dtype=np.int64),
            variant=np.array([codes.get(each.policy, NEITHER) for each in rows], dtype=np.int64),
            degraded=np.array([each.degraded for each in rows], dtype=bool),
            ticket=np.array([name for each in rows for name in each.tickets], dtype=object),
            refresh=np.repeat(np.arange(len(rows)), sizes),
        )


def read_decisions(place: str, since: datetime, until: datetime) -> list[Decided]:
    """The decisions with `as_of` in `[since, until)`.

    `place` is a store's SQLAlchemy URL, or a file with a line for each answer of
    `GET /v1/decisions/{refresh_id}`.

    Raises:
        RolloutError: the file cannot be read.
        StoreError: the store does not answer.
    """
    found = _of_store(place, since, until) if "://" in place else _of_file(Path(place))
    return [each for each in found if since <= each.as_of < until]


def _of_store(url: str, since: datetime, until: datetime) -> Iterator[Decided]:
    store, columns = Store.open(url), DECISIONS.c
    # A snapshot is decided when it comes; a day either side lets one be late or replayed.
    first, last = (each.astimezone(UTC) for each in (since - _SLACK, until + _SLACK))
    query = (
        sa.select(columns.policy_name, columns.policy_version, columns.answer)
        .where(columns.created_at >= first, columns.created_at < last)
        .order_by(columns.seq)
    )
    try:
        with store.transaction() as connection:
            for name, version, answer in connection.execute(query).yield_per(200):
                yield _decided(Version(name, version), orjson.loads(zlib.decompress(answer)))
    finally:
        store.close()


_SLACK: Final = timedelta(days=1)


def _of_file(path: Path) -> Iterator[Decided]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as fault:
        raise RolloutError("the decisions cannot be read", where=str(path)) from fault
    for number, line in enumerate(lines, start=1):
        try:
            record = orjson.loads(line)
            policy = Version(record["policy"]["name"], record["policy"]["version"])
            yield _decided(policy, record["answer"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as fault:
            raise RolloutError(
                "this is no logged decision",
                where=f"{path}, line {number}",
                remedy="write what GET /v1/decisions/{refresh_id} answers, one a line",
            ) from fault


def _decided(policy: Version, answer: dict[str, Any]) -> Decided:
    return Decided(
        as_of=datetime.fromisoformat(answer["as_of"]),
        policy=policy,
        degraded=bool(answer["degraded"]),
        tickets=tuple(each["ticket_id"] for each in answer["assignments"]),
    )
