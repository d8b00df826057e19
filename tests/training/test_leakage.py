"""Nothing of the future gets in: not into frames, labels, forests, nor by a mapping."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from features.catalog import CATALOG
from features.errors import LogError
from features.events import conform
from model.risk import DUE, FORESTS, RiskModel
from tests.training.desk_log import SMALL, START, afterwards, busy_log
from training.backtest import backtest, dataset, read_log
from training.config import config_of
from training.labels import label
from training.logs.mapping import SHIPPED, load_mapping, parse_mapping
from training.run import train
from training.unripe import is_ripe

CONFIG = config_of(SMALL)
UNTIL = START + pd.Timedelta(days=30)
UNTIL_US = UNTIL.value // 1000


@pytest.fixture(scope="module")
def events():
    return busy_log()


@pytest.fixture(scope="module")
def past(events):
    return events[events["time"] <= UNTIL].reset_index(drop=True)


@pytest.fixture(scope="module")
def turned(events):
    """The same past, and another future."""
    return afterwards(events, UNTIL)


def with_shuffled_verdicts(events: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The desk judges at the resolution, and its verdicts are those of other tickets."""
    kept = events[events["type"] != "ticket.escalated"].copy()
    ends = kept["type"] == "ticket.resolved"
    due = kept.dropna(subset="due_at").set_index("ticket_id")["due_at"]
    met = (kept["time"] <= kept["ticket_id"].map(due))[ends].to_numpy()
    kept.loc[ends, "sla_met"] = np.random.default_rng(seed).permutation(met)
    return conform(kept.drop(columns="due_at").reset_index(drop=True))


@pytest.mark.parametrize("seed", [1, 2])
def test_from_shuffled_verdicts_nothing_is_learned(seed):
    found = backtest(with_shuffled_verdicts(busy_log(900), seed), CONFIG).evaluation
    for stage in ("created", "assigned"):
        score = found.find("timeout", stage)
        late, rest = score.rows * score.base_rate, score.rows * (1.0 - score.base_rate)
        noise = np.sqrt((score.rows + 1) / (12 * late * rest))  # of a coin (Mann and Whitney)
        assert abs(score.auc - 0.5) < 3 * noise


def test_what_comes_later_changes_no_label_known_by_then(past, turned):
    early, whole = label(past, UNTIL_US), label(turned)
    old = np.isin(whole.ticket_id, early.ticket_id)
    ripe = is_ripe(early, UNTIL_US)  # a promise kept already can still be broken until it is due
    assert (ripe == is_ripe(whole, UNTIL_US)[old]).all()
    for field in ("value", "known_us"):
        ours, theirs = (getattr(labels.timeout(UNTIL_US), field) for labels in (early, whole))
        assert (ours == theirs[old])[ripe].all()
    assert (early.resolved(UNTIL_US) == whole.resolved(UNTIL_US)[old]).all()


def test_what_comes_later_changes_no_frame_of_an_earlier_moment(past, turned):
    found = []
    for events in (past, turned):
        log = read_log(events, CONFIG, None, lambda _: None)
        data, encoder = dataset(log, UNTIL_US)
        before = data.landmarks.time_us < UNTIL_US
        ids = data.labels.ticket_id[data.landmarks.ticket[before]]
        found.append((encoder, ids, data.landmarks.time_us[before], data.x[before]))
    ours, theirs = found
    assert ours[0] == theirs[0]
    assert (ours[1] == theirs[1]).all()
    assert (ours[2] == theirs[2]).all()
    assert np.array_equal(ours[3], theirs[3], equal_nan=True)


def test_a_model_trained_until_a_moment_is_the_same_whatever_comes_after(past, turned):
    moment = UNTIL.to_pydatetime()
    ours, theirs = (train(e, CONFIG, until=moment, clock=lambda: 0.0) for e in (past, turned))
    one, two = ours.bundle.risk, theirs.bundle.risk
    assert [getattr(one, name).text for name in FORESTS] == [
        getattr(two, name).text for name in FORESTS
    ]
    rest = [field.name for field in fields(RiskModel) if field.name not in FORESTS]
    assert [getattr(one, name) for name in rest] == [getattr(two, name) for name in rest]
    assert theirs.report.facts.until == "2026-02-04T01:00:00Z"
    assert theirs.bundle.events["time"].max() <= UNTIL


FUTURE = {
    "uci_incident": ("closed_code", "resolved_by", "resolved_at", "closed_at"),
    "boston311": ("closure_reason", "ontime", "case_status"),
}
"""Columns of the shipped logs that hold values from the future on every row."""


@pytest.mark.parametrize("name", sorted(FUTURE))
def test_a_shipped_mapping_never_reads_the_columns_of_the_future(name):
    mapping = load_mapping(name)
    assert set(FUTURE[name]) <= set(mapping.never_read)
    assert not set(FUTURE[name]) & set(mapping.columns)


@pytest.mark.parametrize(("name", "column"), [(n, c) for n, some in FUTURE.items() for c in some])
def test_a_rule_that_would_read_a_column_of_the_future_is_refused_in_words(name, column):
    text = (SHIPPED / f"{name}.yaml").read_text("utf-8")
    given = next(line for line in text.splitlines() if line.startswith("      category:"))
    with pytest.raises(LogError, match=f"reads '{column}', which is declared never_read"):
        parse_mapping(text.replace(given, f"      category: {column}", 1))


@pytest.fixture(scope="module")
def study(events):
    return backtest(events, CONFIG)


FALLING = [spec.name for spec in CATALOG if spec.rises == -1]


def test_the_time_left_is_what_can_only_lower_the_risk():
    assert FALLING == [DUE, "due_share_left", "working_hours_left"]
    assert not [spec.name for spec in CATALOG if spec.rises == 1]


@pytest.mark.parametrize("name", FALLING)
def test_more_time_left_never_raises_the_risk_all_else_equal(study, name):
    column = study.data.names.index(name)
    rows = study.data.x[~study.data.landmarks.overdue][::10]
    risks = []
    for value in np.linspace(np.nanmin(rows[:, column]), np.nanmax(rows[:, column]), 40):
        swept = rows.copy()
        swept[:, column] = value
        risks.append(study.risk.timeout_risk(swept))
    change = np.diff(np.array(risks), axis=0)
    assert (change <= 1e-12).all()
    assert (change < 0).any()
