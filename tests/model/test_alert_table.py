import json

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from model.alert import learned
from model.alert_table import BLOCKS, NEVER_REACHED, PRIOR, AlertTable, blocks
from model.policy_alerts import Alerts, Target
from model.policy_check import PolicyFaultsError
from tests.model.alert_tables import GRID, MORNING, table_of

SUNDAY_MORNING = 8


def test_a_precision_is_held_from_the_lowest_risk_that_brings_it():
    table = table_of((0, MORNING, [2000, 2000, 2000], [600, 1400, 1900]))
    assert table.at_precision(0.6)[0, MORNING] == 0.5
    assert table.at_precision(0.9)[0, MORNING] == 0.8
    assert table.at_precision(0.25)[0, MORNING] == 0.2


def test_a_precision_that_no_risk_brings_leaves_the_level_to_the_overdue():
    table = table_of((0, MORNING, [2000, 2000, 2000], [600, 1400, 1900]))
    assert table.at_precision(0.99)[0, MORNING] == NEVER_REACHED


def test_without_tickets_a_share_is_the_calibrated_risk():
    assert table_of().shares()[0, MORNING].tolist() == GRID.tolist()


def test_few_tickets_are_drawn_to_their_category_and_that_to_all():
    table = table_of(
        (0, MORNING, [20, 0, 0], [20, 0, 0]),
        (1, MORNING, [60, 0, 0], [0, 0, 0]),
        categories=("late", "quick"),
    )
    everywhere = (20 + PRIOR * 0.2) / (80 + PRIOR)
    late = (20 + PRIOR * everywhere) / (20 + PRIOR)
    assert table.shares()[0, MORNING, 0] == pytest.approx((20 + PRIOR * late) / (20 + PRIOR))
    assert table.shares()[0, SUNDAY_MORNING, 0] == pytest.approx(late)
    quick = (PRIOR * everywhere) / (60 + PRIOR)
    assert table.shares()[1, SUNDAY_MORNING, 0] == pytest.approx(quick)


def test_a_number_a_day_is_kept_on_the_busier_kind_of_day():
    weekday = (0, MORNING, [100, 50, 10], [20, 25, 8])
    assert table_of(weekday).at_per_day(10)[0, MORNING] == 0.2
    assert table_of(weekday).at_per_day(9)[0, MORNING] == 0.5
    assert table_of(weekday).at_per_day(4)[0, MORNING] == 0.8
    assert table_of(weekday).at_per_day(0.5)[0, MORNING] == NEVER_REACHED
    sunday = (0, SUNDAY_MORNING, [100, 50, 10], [20, 25, 8])
    assert table_of(weekday, sunday).at_per_day(13)[0, MORNING] == 0.5


def test_a_category_too_rare_for_a_row_goes_by_the_row_of_all_and_counts_there():
    table = table_of((1, MORNING, [50, 25, 5], [10, 12, 4]))  # only the row of all
    assert table.row("rare") == 1
    assert table.row("never seen") is None
    assert table.per_day(np.zeros((2, BLOCKS), dtype=int)).tolist() == [5.0, 0.0]


def test_a_block_is_of_the_desks_clock_across_midnight_and_weekend():
    sunday_2300 = np.array([1_772_406_000_000_000])  # 2026-03-01T23:00Z
    assert blocks(sunday_2300, "UTC").tolist() == [11]
    assert blocks(sunday_2300, "Asia/Shanghai").tolist() == [1]  # Monday 07:00
    assert blocks(sunday_2300 + 3_600_000_000, "UTC").tolist() == [0]


def test_a_table_is_read_back_from_json_equal():
    table = table_of((0, MORNING, [9, 5, 1], [3, 2, 1]))
    again = AlertTable.from_json(json.loads(json.dumps(table.to_json())))
    assert again.to_json() == table.to_json()


def test_a_table_of_another_shape_is_refused():
    data = table_of().to_json()
    data["categories"] = ["late", "more"]
    with pytest.raises(ValueError, match="shape"):
        AlertTable.from_json(data)


LEVEL = st.one_of(
    st.floats(0.01, 1.0),
    st.builds(Target, precision=st.floats(0.01, 1.0)),
    st.builds(Target, per_day=st.floats(0.1, 500.0)),
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_thresholds_rise_whatever_was_counted(data):
    counts = st.lists(st.integers(0, 300), min_size=3, max_size=3)
    reached = sorted(data.draw(counts), reverse=True)
    late = [data.draw(st.integers(0, n)) for n in reached]
    table = table_of((0, data.draw(st.integers(0, BLOCKS - 1)), reached, late))
    drawn = [data.draw(LEVEL) for _ in range(3)]
    try:
        alerts = Alerts(*drawn)
    except PolicyFaultsError:
        reject()  # out of order as it is written
    assert (np.diff(learned(alerts, table), axis=-1) >= 0).all()
