from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from features.picture import moment_of
from tests.training.desk_log import busy_log
from training.backtest import prepare
from training.config import TrainConfig
from training.exam import exams
from training.folds import KEPT, folds, thinned


@pytest.fixture(scope="module")
def made():
    return prepare(busy_log(), TrainConfig())


def test_each_fold_learns_from_what_was_known_where_its_judged_slice_begins(made):
    found = folds(made.data, made.tested_from, TrainConfig().split, 3)
    assert len(found) == 3
    assert all(f.past.end_us <= f.past.known_by_us == f.judged.start_us for f in found)
    assert all(a.judged.end_us == b.judged.start_us for a, b in pairwise(found))
    assert found[-1].judged.end_us <= made.tested_from
    assert {f.judged.known_by_us for f in found} == {made.tested_from}


def test_folds_are_the_same_if_the_log_ends_where_the_test_slice_begins(made):
    moment = moment_of(made.tested_from)
    past = prepare(busy_log(), TrainConfig(), until=moment)
    ours, theirs = (exams(data, made.tested_from, TrainConfig()) for data in (made.data, past.data))
    assert past.tested_from < made.tested_from
    assert [[e.task for e in fold] for fold in ours] == [["timeout", "escalation"]] * 3
    for mine, other in zip(sum(ours, ()), sum(theirs, ()), strict=True):
        assert mine.share == other.share
        for name in ("learned", "asked"):
            for column in ("x", "y", "w"):
                np.testing.assert_array_equal(
                    getattr(getattr(mine, name), column), getattr(getattr(other, name), column)
                )


def test_of_each_ticket_its_first_landmarks_and_a_few_later_ones_are_kept(made):
    until = made.tested_from
    few = thinned(made.data, until)
    marks = few.data.landmarks
    assert marks.time_us.max() < until
    assert set(few.data.labels.ticket_id[marks.ticket]) == set(
        made.labels.ticket_id[made.labels.created_us < until]
    )
    assert np.unique(marks.ticket, return_counts=True)[1].max() <= len(KEPT)
    assert 0.3 < few.share < 1.0
    longer = thinned(made.data, until + int(timedelta(days=2) / timedelta(microseconds=1)))
    seen = longer.data.landmarks.time_us < until
    assert longer.data.landmarks.time_us[seen].tolist() == marks.time_us.tolist()
