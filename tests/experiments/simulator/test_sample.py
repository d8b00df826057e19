import gzip
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.simulator import FIELD_DESK, field_matrix, make_world
from experiments.simulator.run import SAMPLE_SEED, desk_log
from experiments.simulator.sample import csv_of, main, sample_log
from experiments.simulator.tally import outcomes_of
from features.events import (
    AGENT_STATUSES,
    EVENT_COLUMNS,
    EVENT_STATES,
    EVENT_TYPES,
    TEXT_COLUMNS,
    canonical_order,
    conform,
)
from features.text import signals
from training.logs.readers import read_events

SHIPPED = Path(__file__).parents[3] / "training" / "sample" / "complaints_zh.csv.gz"
WEEK = 7 * 86_400


@pytest.fixture(scope="module")
def log():
    return sample_log()


def test_the_shipped_sample_is_what_the_generator_makes_from_its_seed(log):
    shipped = gzip.decompress(SHIPPED.read_bytes()).decode("utf-8")
    # Compared as text, not as gzip: another zlib may pack the same bytes differently.
    assert shipped == csv_of(log)


def test_the_projects_reader_takes_every_row_of_the_shipped_sample(log):
    read = read_events(SHIPPED)
    assert len(read.rejects) == 0
    pd.testing.assert_frame_equal(read.events, log)


def test_the_shipped_sample_is_small():
    assert SHIPPED.stat().st_size < 1_500_000


def test_the_command_writes_the_same_bytes_twice(tmp_path):
    for name in ("a", "b"):
        assert main(["--out", str(tmp_path / name), "--until", str(WEEK // 7)]) == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_another_seed_makes_another_log():
    one, two = (desk_log(make_world(replace(FIELD_DESK, days=7), seed), WEEK) for seed in (1, 2))
    assert not one.equals(two)


def test_the_log_conforms_and_uses_only_the_vocabulary(log):
    pd.testing.assert_frame_equal(conform(log), log)
    assert tuple(log.columns) == EVENT_COLUMNS
    assert set(log["type"]) == set(EVENT_TYPES) - {"ticket.unassigned"}
    assert set(log.loc[log["type"] == "ticket.state", "state"]) == set(EVENT_STATES) - {"paused"}
    assert set(log.loc[log["type"] == "agent.status", "state"]) == set(AGENT_STATUSES)
    assert log["event_id"].is_unique


def test_the_order_of_the_log_is_the_canonical_one(log):
    pd.testing.assert_frame_equal(canonical_order(log), log)


def test_nothing_latent_is_written_down(log):
    attributes = log["attributes"].dropna().map(json.loads)
    keys = {key for row in attributes for key in row}
    assert keys == {
        *("customer_level", "language", "product", "product_age_days", "to"),
        *("team", "tier", "skills", "capacity", "region", "languages", "shift_end"),
    }
    assert all(isinstance(v, str | int | float) for row in attributes for v in row.values())


def test_the_csv_reads_back_as_the_same_events(log):
    late = log.tail(2000).reset_index(drop=True)
    text = csv_of(late)
    back = pd.read_csv(io.StringIO(text), dtype=dict.fromkeys(TEXT_COLUMNS, "str"))
    for name in ("time", "due_at"):
        assert back[name].dropna().str.endswith("+08:00").all()
        back[name] = pd.to_datetime(back[name], utc=True)
    pd.testing.assert_frame_equal(conform(back), late)


def test_every_ticket_is_created_once_before_anything_else_happens_to_it(log):
    own = log[log["ticket_id"].notna()]
    first = own.groupby("ticket_id")["type"].first()
    assert (first == "ticket.created").all()
    assert (own["type"] == "ticket.created").sum() == own["ticket_id"].nunique()
    assert own.loc[own["type"] == "ticket.created", "due_at"].notna().all()


def test_the_matrix_is_obeyed_by_every_first_assignment(log):
    world = make_world(FIELD_DESK, SAMPLE_SEED)
    cells = field_matrix(FIELD_DESK, world.roster.profiles).cells
    created = log[log["type"] == "ticket.created"].set_index("ticket_id")
    escalated = log.loc[log["type"] == "ticket.escalated", "ticket_id"]
    first = log[log["type"] == "ticket.assigned"].drop_duplicates("ticket_id")
    first = first[~first["ticket_id"].isin(escalated)]
    where = created.loc[first["ticket_id"], ["category", "region"]].itertuples(index=False)
    obeyed = [a in cells[cell] for a, cell in zip(first["agent_id"], where, strict=True)]
    assert len(obeyed) > 3000
    assert all(obeyed)


def test_only_escalated_tickets_change_hands_under_the_matrix(log):
    owners = log[log["type"] == "ticket.assigned"].groupby("ticket_id").size()
    moved = set(owners[owners > 1].index)
    assert moved
    assert moved <= set(log.loc[log["type"] == "ticket.escalated", "ticket_id"])


def test_the_timeout_share_lies_near_the_field_one(log):
    assert 0.32 < outcomes_of(log).tickets["late"].mean() < 0.42


def test_complaints_peak_on_monday_to_wednesday_mornings_and_afternoons(log):
    time = log.loc[log["type"] == "ticket.created", "time"].dt.tz_convert("Asia/Shanghai")
    hour = time.dt.hour + time.dt.minute / 60
    peak = ((hour >= 10) & (hour < 11.5)) | ((hour >= 14) & (hour < 15.5))
    early = time.dt.day_of_week < 3
    assert (peak & early).sum() / 3 > 1.6 * (peak & ~early).sum() / 4


def test_most_texts_are_chinese_some_english_and_hardly_any_two_are_the_same(log):
    text = log.loc[log["type"] == "ticket.created", "text"]
    chinese = text.str.contains(r"[\u4e00-\u9fff]")
    assert 0.9 < chinese.mean() < 0.98
    assert text.nunique() > 0.97 * len(text)
    assert not text.str.contains(r"[{}]").any()


def test_threats_and_feelings_show_in_the_texts_to_the_projects_own_reader(log):
    world = make_world(FIELD_DESK, SAMPLE_SEED)
    text = log.loc[log["type"] == "ticket.created", "text"]
    true = world.complaints.signals[: len(text)]
    seen = signals(text.tolist())
    recall = [(seen[:, k] & true[:, k]).sum() / true[:, k].sum() for k in range(3)]
    assert np.min(recall) > 0.8
