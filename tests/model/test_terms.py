"""The words of the terms of a risk."""

import numpy as np

from features.axes import Axes
from features.frame import Encoder
from features.wording import BUCKETS
from model.terms import explainer_of

WORDY = Encoder({}, (), Axes(np.ones(BUCKETS), np.zeros((BUCKETS, 2))))


def test_the_columns_of_wording_are_one_term_that_shows_no_number():
    x = np.zeros((1, len(WORDY.names) + 1))  # and the level
    contributions = np.zeros((1, len(WORDY.names) + 2))
    contributions[0, [WORDY.names.index(name) for name in WORDY.axes.names]] = 0.2, 0.1
    ((reason,),) = explainer_of(WORDY).reasons(x, contributions, 3)
    assert (reason.term, reason.value, reason.effect) == ("wording", None, 0.3)
    assert (reason.text, reason.text_zh) == ("wording of the complaint", "投诉措辞")
