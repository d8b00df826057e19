import numpy as np
import pytest

from experiments.ope.ties import EVALUATED, at_random, ties_of
from tests.experiments.ope.lots import among, tie

TWO = ties_of(
    [
        among(tie("A", 0.0, skill=0.2, load=0.9), tie("B", 0.01, skill=0.8, timeout=0.1)),
        among(
            tie("C", -0.01, skill=0.6),
            tie("A", 0.0, skill=0.6, load=0.1),
            tie("D", 0.02, skill=0.1, load=0.8),
            planned="A",
        ),
    ]
)


@pytest.mark.parametrize(
    ("name", "chance"),
    [
        ("planned", [1, 0, 0, 1, 0]),
        ("dearest", [0, 1, 0, 0, 1]),
        ("most_skilled", [0, 1, 1, 0, 0]),  # of equals the first
        ("safest", [0, 1, 1, 0, 0]),
        ("emptiest", [1, 0, 0, 0, 1]),
        ("at_random", [0.5, 0.5, 1 / 3, 1 / 3, 1 / 3]),
    ],
)
def test_whom_each_policy_takes(name, chance):
    assert EVALUATED[name](TWO).tolist() == pytest.approx(chance)


def test_a_column_is_summed_ticket_by_ticket():
    assert TWO.total(TWO.dearer).tolist() == pytest.approx([0.01, 0.01])


def test_of_nothing_nothing_is_taken():
    none = ties_of([])
    assert len(none) == none.highest(np.zeros(0)).size == none.total(np.zeros(0)).size == 0
    assert at_random(none).size == 0
