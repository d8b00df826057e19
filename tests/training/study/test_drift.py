from dataclasses import replace

import numpy as np
import pytest

from tests.training.study.small import small_study
from training.moments import HOUR_US, NEVER
from training.splits import known_after
from training.study.drift import label_delay, meaning


def test_verdicts_that_never_come_leave_the_delay_open():
    delay, watched = np.array([1, NEVER, NEVER]), np.array([9, 9, 9])
    assert known_after(delay, watched, 0.3) == 1
    assert known_after(delay, watched, 0.5) == NEVER
    assert known_after(delay[:0], watched[:0], 0.5) == NEVER


def test_a_promise_of_a_day_is_judged_within_a_day():
    study = small_study()
    assert label_delay(study, study.test, 0.9) == pytest.approx(1.0, abs=0.01)


def test_a_slice_without_tickets_has_no_delay():
    study = small_study()
    later = replace(study.test, start_us=study.test.end_us, end_us=study.test.end_us + HOUR_US)
    assert label_delay(study, later, 0.5) is None


def test_every_column_has_a_meaning_and_so_has_a_desks_own():
    names = small_study().data.names
    assert all(meaning(name).en and meaning(name).zh for name in names)
    assert meaning("attribute:shop") == meaning("late_share:shop")
    assert "wording" in meaning("wording_1").en
    assert meaning("category") != meaning("attribute:shop")
