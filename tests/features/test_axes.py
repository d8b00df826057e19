import numpy as np
import orjson
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.pipeline import make_pipeline

from features.axes import AN_AXIS, AXES, SEED, Axes
from features.wording import Wording, sketch
from tests.builders import TOPICS, complaint

TOPIC = [name for name in TOPICS for _ in range(1000)]
RNG = np.random.default_rng(5)
TEXTS = [complaint(RNG, topic) for topic in TOPIC]
SAID = Wording(sketch(TEXTS), np.arange(len(TEXTS)))
TICKETS = np.arange(len(TEXTS))


@pytest.fixture(scope="module")
def axes():
    return Axes.learn(SAID, TICKETS)


def test_axes_tell_topics_apart(axes):
    places = axes.places(SAID)
    assert places.shape == (len(TEXTS), AXES)
    centres = np.stack([places[np.array(TOPIC) == name].mean(axis=0) for name in TOPICS])
    nearest = np.argmin(np.square(places[:, None] - centres).sum(axis=2), axis=1)
    right = np.array(list(TOPICS))[nearest] == np.array(TOPIC)
    assert right.mean() > 0.9


def test_a_ticket_lies_at_the_same_place_to_the_bit_in_any_company(axes):
    together = axes.places(SAID)
    for seed in range(5):
        some = np.random.default_rng(seed).choice(len(TEXTS), 17)
        assert np.array_equal(axes.places(Wording(SAID.sketches, some)), together[some])
    alone = [axes.places(Wording(sketch([text]), np.array([0])))[0] for text in TEXTS[:20]]
    assert np.array_equal(np.array(alone), together[:20])


def test_places_are_those_of_the_pipeline_that_learned_the_axes(axes):
    seen = np.unpackbits(SAID.sketches, axis=1, bitorder="little").astype(float)
    steps = make_pipeline(TfidfTransformer(), TruncatedSVD(AXES, random_state=SEED))
    assert axes.places(SAID) == pytest.approx(steps.fit_transform(seen), abs=1e-4)


def test_where_nothing_is_said_the_place_is_unknown(axes):
    found = axes.places(Wording(SAID.sketches, np.array([0, -1])))
    assert np.isnan(found).all(axis=1).tolist() == [False, True]
    nobody = axes.places(Wording(sketch([]), np.zeros(0, np.int64)))
    assert nobody.shape == (0, AXES)


def test_a_ticket_seen_at_many_moments_teaches_once(axes):
    often = np.concatenate([np.arange(len(TEXTS)), np.zeros(500, np.int64)])
    assert Axes.learn(Wording(SAID.sketches, often), often) == axes


def test_too_few_wordings_teach_nothing():
    few = np.arange(AN_AXIS - 1)
    none = Axes.learn(Wording(SAID.sketches, few), few)
    assert (none.names, none.places(SAID).shape) == ((), (len(TEXTS), 0))
    same = np.zeros(500, np.int64)  # five hundred tickets, one wording
    assert Axes.learn(Wording(SAID.sketches, same), np.arange(500)) == none


def test_a_few_tickets_teach_a_few_axes():
    some = np.arange(3 * AN_AXIS)
    assert Axes.learn(Wording(SAID.sketches, some), some).names == (
        "wording_1",
        "wording_2",
        "wording_3",
    )


def test_axes_survive_the_way_through_json_to_the_bit(axes):
    for one in (axes, Axes.none()):
        again = Axes.from_json(orjson.loads(orjson.dumps(one.to_json())))
        assert again == one
    assert axes != Axes.none()
