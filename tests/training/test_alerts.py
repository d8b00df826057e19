import numpy as np
import pytest

from features.errors import ModelError
from tests.builders import created, log, resolved, us
from tests.training.desk_log import SMALL, busy_log
from training.alerts import GRID, Looks, counted
from training.config import config_of
from training.labels import label
from training.run import train
from training.splits import Slice

NINE = 2  # the block of us(0), a Monday, 09:00 in Shanghai


def _point(risk):
    return int(np.argmin(np.abs(GRID - risk)))


def _counted(*looks, tickets=None, zone="Asia/Shanghai", until=100):
    """The table of looks (ticket, hour, risk) at A (0), which ends late, and B (1), in time."""
    events = tickets or [
        created(0, "A", due_at=10), resolved(20, "A"),
        created(1, "B", due_at=30), resolved(25, "B"),
    ]  # fmt: skip
    ticket, hour, risk = zip(*looks, strict=True)
    seen = Looks(np.array(ticket), np.array([us(h) for h in hour]), np.array(risk))
    return counted(seen, label(log(*events)), Slice(us(0), us(until), us(until)), zone)


def test_a_ticket_counts_once_where_it_first_reached_a_risk():
    table = _counted((0, 0, 0.31), (0, 4, 0.62), (0, 8, 0.1), (0, 9, 0.7), (1, 1, 0.31))
    everyone = table.reached[-1]
    assert everyone[:, _point(0.3)].tolist() == [0, 0, 2] + [0] * 9
    assert everyone[:, _point(0.6)].tolist() == [0, 0, 0, 1] + [0] * 8  # at 13:00, not at 18:00
    assert everyone[:, _point(0.65)].tolist() == [0, 0, 0, 0, 1] + [0] * 7
    assert table.late[-1, NINE, _point(0.3)] == 1
    assert table.risk[_point(0.3)] == pytest.approx(0.31)


def test_a_block_is_that_of_the_desks_clock():
    assert _counted((0, 0, 0.5), zone="UTC").reached[-1, 0, 0] == 1
    night = _counted((0, 15, 0.5))  # midnight in Shanghai, Tuesday's first block
    assert night.reached[-1, 0, 0] == 1


def test_a_ticket_without_a_verdict_is_reached_but_not_judged():
    table = _counted((0, 0, 0.5), (1, 1, 0.5), until=9)
    assert table.reached[-1, NINE, 0] == 2
    assert table.judged[-1, NINE, 0] == 0


def test_a_rare_category_has_no_row_and_a_common_one_has():
    many = [created(0, f"T{i:02d}", category="late") for i in range(50)]
    table = _counted(
        *((i, 0, 0.5) for i in range(51)), tickets=[*many, created(0, "U", category="odd")]
    )
    assert (table.categories, table.others) == (("late",), ("odd",))
    assert table.reached[:, NINE, 0].tolist() == [50, 51]


def test_a_long_tail_of_days_with_hardly_a_ticket_does_not_make_the_desk_look_quiet():
    busy = [created(24 * day, f"A{day}{i:02d}") for day in range(2) for i in range(40)]
    tail = [created(24 * 7 * week, f"B{week}") for week in range(1, 9)]
    table = _counted(*((i, 24, 0.5) for i in range(88)), tickets=[*busy, *tail])
    assert table.days[0] == pytest.approx(88**2 / (2 * 40**2 + 8))
    assert table.days[0] < 3


def test_a_training_run_brings_a_table_of_tickets_that_the_backtest_had_not_seen():
    trained = train(busy_log(), config_of(SMALL), clock=lambda: 0.0)
    table = trained.bundle.alerts
    tested = trained.test.has(trained.data.labels.created_us).sum()
    assert 0 < table.reached[-1, :, 0].sum() <= tested
    assert (table.late <= table.judged).all()
    assert (table.judged <= table.reached).all()


def test_a_clock_that_is_none_is_refused():
    with pytest.raises(ModelError, match="no time zone"):
        config_of({"timezone": "Mars/Olympus"})
    with pytest.raises(ModelError, match="timezone must be a text"):
        config_of({"timezone": 8})
