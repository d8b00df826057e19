"""Score bodies answered together: each as if it were alone."""

import json
import time

import orjson

from features.errors import SnapshotError
from model import dispatch
from serving.answering import score_answer, to_bytes
from serving.schemas import InvalidBodyError, NotJsonError, parse_score
from serving.scoring import answers
from tests.model.desks import FakeDesk
from tests.serving.builders import body, ticket


def always(desk):
    """The same desk, whenever and for whatever moment it is asked for."""
    return lambda: lambda _: desk


def written(*tickets, **more):
    return orjson.dumps(body(*tickets, options={"deadline_ms": 60_000}, **more))


def alone(sent):
    return to_bytes(score_answer(dispatch.score(FakeDesk(), *parse_score(sent))))


def test_the_bytes_of_an_answer_are_the_same_alone_and_among_others():
    sent = [written(ticket(name)) for name in ("T1", "T2", "T1", "T3")]
    sent.append(written(ticket("T4"), ticket("T5", due_at="2020-01-01T00:00:00Z")))
    assert answers(sent, always(FakeDesk()), time.perf_counter) == [alone(each) for each in sent]


def test_a_body_that_is_refused_spoils_nobody_elses_answer():
    good = written(ticket("T1"))
    first, second, third = answers([b"{", good, b"{}"], always(FakeDesk()), time.perf_counter)
    assert (type(first), second, type(third)) == (NotJsonError, alone(good), InvalidBodyError)


def test_where_all_bodies_are_refused_no_desk_is_needed():
    (fault,) = answers([b"{"], lambda: 1 / 0, time.perf_counter)
    assert isinstance(fault, NotJsonError)


def test_a_desk_that_breaks_on_one_ticket_answers_the_others():
    def complete(clean):
        if any(t.ticket_id == "T2" for t in clean.tickets):
            raise SnapshotError("broken", where="T2", remedy="none")
        return clean

    sent = [written(ticket(name)) for name in ("T1", "T2", "T3")]
    given = answers(sent, always(FakeDesk(on_complete=complete)), time.perf_counter)
    assert [type(each) for each in given] == [bytes, SnapshotError, bytes]
    assert json.loads(given[2])["tickets"][0]["ticket_id"] == "T3"
