from datetime import timedelta

import numpy as np
import pytest

from model.alert import LEVELS, desk_time, levels
from model.columns import columns
from model.policy_alerts import AlertRule, Alerts, Target
from model.screen import screen
from tests.model.alert_tables import MORNING, table_of
from tests.model.desks import HOUR, NOW, plain, snapshot, ticket

RUSH = AlertRule(
    categories=("quality",), weekdays=("mon",), start="10:00", end="11:30",
    watch=0.1, warn=0.2, red=0.3,
)  # fmt: skip


def _alert(risk, alerts=None, now=NOW, table=None, **known):
    clean = screen(snapshot([ticket("T", **known)])).snapshot
    known = columns(clean, plain())
    there = desk_time(now, "Asia/Shanghai")
    categories = [t.category for t in clean.tickets]
    (level,) = levels(np.array([risk]), categories, known, alerts or Alerts(), there, table)
    return LEVELS[level]


@pytest.mark.parametrize(
    ("risk", "level"),
    [(0.29, "none"), (0.3, "watch"), (0.5, "warn"), (0.7499, "warn"), (0.75, "red"), (1, "red")],
)
def test_a_level_begins_at_its_threshold(risk, level):
    assert _alert(risk) == level


def test_past_its_promised_time_a_ticket_is_red_whatever_its_risk():
    assert _alert(0.0, due_at=NOW) == "red"
    assert _alert(0.0, due_at=NOW + HOUR) == "none"


def test_a_rule_goes_by_category_weekday_and_hour_of_the_desk():
    alerts = Alerts(rules=(RUSH,))
    assert _alert(0.25, alerts, category="quality") == "warn"
    assert _alert(0.25, alerts, category="logistics") == "none"
    assert _alert(0.25, alerts, NOW + timedelta(days=1), category="quality") == "none"
    assert _alert(0.25, alerts, NOW + timedelta(minutes=84), category="quality") == "warn"
    assert _alert(0.25, alerts, NOW + timedelta(minutes=85), category="quality") == "none"


def test_the_first_rule_that_holds_wins():
    alerts = Alerts(rules=(RUSH, AlertRule(watch=0.2, warn=0.9, red=0.95)))
    assert _alert(0.35, alerts, category="quality") == "red"
    assert _alert(0.35, alerts, category="logistics") == "watch"


def test_no_tickets_have_no_levels():
    clean = screen(snapshot()).snapshot
    assert levels(np.empty(0), [], columns(clean, plain()), Alerts(), NOW).size == 0


LEARNED = table_of(
    (0, MORNING - 2, [2000, 2000, 2000], [1200, 1500, 1900]), categories=("quality",)
)
"""NOW is ten in the morning in Shanghai, two in UTC, which is the table's clock."""
HALF = Alerts(watch=0.1, warn=0.15, red=Target(precision=0.55, otherwise=0.9))


def test_a_target_goes_by_what_was_learned_of_the_category_at_that_time():
    assert _alert(0.25, HALF, table=LEARNED, category="quality") == "red"
    assert _alert(0.19, HALF, table=LEARNED, category="quality") == "warn"


def test_where_nothing_was_learned_the_other_number_holds():
    assert _alert(0.89, HALF, table=LEARNED, category="new") == "warn"
    assert _alert(0.9, HALF, table=LEARNED, category="new") == "red"
    assert _alert(0.89, HALF, category="quality") == "warn"


def test_a_rule_wins_over_what_was_learned():
    rule = AlertRule(categories=("quality",), watch=0.2, warn=0.4, red=0.6)
    alerts = Alerts(0.1, 0.15, Target(precision=0.55), rules=(rule,))
    assert _alert(0.25, alerts, table=LEARNED, category="quality") == "watch"
