import numpy as np

from features.words import Words
from training.study.groups import MISSING, REST, by_label, by_number, by_week, figures
from training.study.intervals import Cases, measure

DAY_US = 24 * 3_600_000_000


def test_the_largest_labels_have_rows_of_their_own_and_the_others_share_one():
    labels = np.array(["a", "b", "a", "c", "d", None], dtype=object)
    found = by_label(labels, np.array([1, 2, 3, 4, 5, 6]), most=1)
    assert [group.name for group in found] == ["a", REST]
    assert found[1].rows.tolist() == [False, True, False, True, True, True]


def test_labels_are_ranked_by_tickets_not_by_moments():
    labels = np.array(["often", "often", "often", "many", "many"], dtype=object)
    found = by_label(labels, np.array([1, 1, 1, 2, 3]), most=1)
    assert [group.name for group in found] == ["many", "often"]  # a rest of one keeps its name


def test_what_is_not_known_is_a_group_too():
    found = by_label(np.array([None, "a", None], dtype=object), np.array([1, 2, 3]))
    assert [group.name for group in found] == [MISSING, "a"]


def test_a_week_begins_on_monday():
    sunday = 3 * DAY_US  # 4 January 1970
    found = by_week(np.array([sunday, sunday + DAY_US]))
    assert [group.name for group in found] == ["1969-12-29", "1970-01-05"]


def test_numbers_fall_into_half_open_parts_and_missing_ones_last():
    names = (Words("less", ""), Words("more", ""), Words("none", ""))
    found = by_number(np.array([1.0, 2.0, np.nan]), (2.0,), names)
    assert [group.rows.tolist() for group in found] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]


def test_of_a_handful_of_tickets_no_auc_is_told():
    def cells(tickets):
        y = np.arange(tickets) % 2.0
        return figures(measure(Cases(y, 0.9 * y, np.arange(tickets)), seed=1))

    assert cells(4) == (4, 0.5, 0.45, None, None, None)
    assert cells(40)[3] == "1.000 (1.000 – 1.000)"
