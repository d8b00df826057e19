"""What training keeps of the model's inputs."""

import json

import numpy as np

from features.history import History
from features.stream import HOUR
from model.drift import LOOK
from serving.models.files import InputsShape
from tests.builders import created, log, resolved, us
from tests.model.grown_bundle import grown_bundle
from training.inputs import MOST, inputs, looks, usual

EVENTS = log(
    *(created(n, f"T{n}", due_at=40 + n) for n in range(60)),
    *(resolved(n + 5.5, f"T{n}") for n in range(40)),
)


def test_open_tickets_are_looked_at_every_full_hour_and_closed_ones_are_not():
    history = History.of(log(created(0, "A"), resolved(2.5, "A"), created(3, "B")))
    ticket, at = looks(history, MOST)
    names = history.names["ticket"].names(ticket).tolist()
    assert list(zip(names, ((at - us(0)) / HOUR).tolist(), strict=True)) == [
        ("A", 0.0), ("A", 1.0), ("A", 2.0),
    ]  # fmt: skip


def test_of_many_looks_some_are_taken_evenly():
    history = History.of(EVENTS)
    every, _ = looks(history, MOST)
    ticket, at = looks(history, 50)
    assert (ticket.size, at.size) == (50, 50)
    assert every.size > 200
    assert np.unique(ticket).size > 30


def test_an_empty_log_has_no_looks():
    assert looks(History.empty(), MOST)[0].size == 0


def test_the_file_has_every_column_of_the_model_in_words_and_is_what_serving_reads():
    bundle = grown_bundle(EVENTS)
    told = inputs(History.of(bundle.events), bundle)
    read = InputsShape.model_validate_json(told)
    assert [each.name for each in read.features] == list(bundle.encoder.names)
    assert all(each.en and each.zh for each in read.features)
    assert read.tickets == 59  # the last one came with the end of the log
    assert len(told) < 100_000
    assert json.loads(told)["until"]


def test_a_week_unlike_the_others_shows_in_what_is_usual_and_a_single_week_shows_nothing():
    week = np.repeat([0, 1, 2, 3], 100)
    still = np.tile(np.arange(100.0), 4)
    assert usual(still, week, category=False) < 0.01
    assert usual(np.where(week == 2, still + 90, still), week, category=False) > LOOK
    assert usual(still, np.zeros(400, np.int64), category=False) is None
