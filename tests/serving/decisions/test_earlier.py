"""What earlier decisions counted: found by the desk's moment, read once."""

import zlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
import sqlalchemy as sa

from model.decision import Version
from serving.decisions import earlier
from serving.decisions.earlier import Readings, first_from
from serving.decisions.log import DecisionLog, Entry
from serving.store import Store
from serving.tables import DECISIONS

NOW = datetime.fromisoformat("2026-03-02T10:05:00+08:00")
MADE = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(url):
    opened = Store.open(url)
    yield opened
    opened.close()


def keep(store: Store, *moments: datetime) -> None:
    """Log a decision of each moment, the n-th counts n open tickets; all are made at once."""
    log = DecisionLog(store)
    for n, moment in enumerate(moments):
        answer = answer_of(moment, n, n / 2)
        versions = (Version("default", 1), Version("fendan-risk", 1))
        log.append(Entry(str(uuid4()), MADE, *versions, {}, b'{"tickets":[]}', answer))


def answer_of(moment: datetime, count: int, expected: float) -> bytes:
    summary = {"open": count, "expected_timeouts": expected}
    about = {"as_of": moment.isoformat(), "assignments": [], "summary": summary}
    return orjson.dumps({"refresh_id": "r1", **about})


def hours_ago(*hours: float) -> list[datetime]:
    return [NOW - timedelta(hours=h) for h in hours]


def test_a_moment_is_found_by_what_decisions_are_of_not_by_when_they_were_made(store):
    keep(store, *hours_ago(30, 26, 24.2, 23, 1, 0))
    yesterday = Readings(store).day(NOW).yesterday
    assert yesterday.as_of == NOW - timedelta(hours=24.2)
    assert (yesterday.open, yesterday.expected_timeouts) == (2, 1.0)


def test_a_decision_more_than_an_hour_off_is_no_yesterday(store):
    keep(store, *hours_ago(26, 22, 0))
    day = Readings(store).day(NOW)
    assert day.yesterday is None
    assert [r.open for r in day.readings] == [1, 2]


def test_a_store_without_decisions_has_no_day(store):
    day = Readings(store).day(NOW)
    assert (day.yesterday, day.readings) == (None, ())


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_halving_finds_every_place_also_where_numbers_are_missing(store, size):
    keep(store, *hours_ago(*range(size, 0, -1)))
    with store.transaction() as connection:
        connection.execute(sa.delete(DECISIONS).where(DECISIONS.c.seq % 3 == 2))
        rows = connection.execute(sa.select(DECISIONS.c.seq)).scalars().all()
        for hours in range(size + 2):
            moment = NOW - timedelta(hours=hours)
            later = [seq for seq in rows if size + 1 - seq <= hours]
            found = first_from(connection, moment)
            assert [seq for seq in rows if seq >= found] == later


def test_a_day_of_many_decisions_is_read_in_parts(store):
    keep(store, *hours_ago(*(n / 10 for n in range(200, -1, -1))))
    readings = Readings(store).day(NOW).readings
    assert 24 < len(readings) <= earlier.MOST
    assert [r.as_of for r in readings] == sorted(r.as_of for r in readings)


def test_what_was_read_once_is_not_read_again(store):
    keep(store, *hours_ago(24, 2, 1, 0))
    readings = Readings(store)
    before = readings.day(NOW)
    with store.transaction() as connection:
        connection.execute(DECISIONS.update().values(answer=zlib.compress(answer_of(NOW, 99, 0))))
    assert readings.day(NOW) is before
    keep(store, NOW + timedelta(minutes=5))
    later = readings.day(NOW + timedelta(minutes=5))
    assert [r.open for r in later.readings] == [1, 2, 3, 0]


def test_readings_of_a_desk_that_went_back_in_time_are_left_out(store):
    keep(store, *hours_ago(20, 1, -30, 0))
    assert all(r.as_of <= NOW for r in Readings(store).day(NOW).readings)
