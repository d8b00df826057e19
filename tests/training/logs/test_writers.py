import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.errors import LogError
from features.events import conform
from training.logs.readers import read_events
from training.logs.writers import SUFFIXES, write_events

TEXT = st.none() | st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), min_size=1
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "time": st.datetimes(pd.Timestamp("1970-01-02"), pd.Timestamp("2200-01-01")),
            "text": TEXT,
            "party": TEXT,
            "sla_met": st.sampled_from([None, True, False]),
            "amount": st.none() | st.floats(allow_nan=False, allow_infinity=False),
            "attributes": st.sampled_from([None, "{}", '{"team":"前线","n":[1,2.5]}']),
        }
    ),
    min_size=1,
    max_size=5,
)


def as_events(rows):
    frame = pd.DataFrame(rows).assign(type="ticket.contact", ticket_id="T")
    frame["event_id"] = [f'e"{n},' for n in range(len(rows))]
    frame["time"] = pd.to_datetime(frame["time"]).dt.tz_localize("UTC")
    frame["amount"] = frame["amount"].astype("float64")
    return conform(frame)


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS)
def test_what_is_written_is_read_back_to_the_bit(tmp_path, suffix, rows):
    events = as_events(rows)
    write_events(events, tmp_path / f"log{suffix}")
    read = read_events(tmp_path / f"log{suffix}")
    assert read.rejects.empty
    pd.testing.assert_frame_equal(read.events, events)


def test_the_same_events_give_the_same_bytes(tmp_path):
    events = as_events([{"time": pd.Timestamp("2026-03-02"), "amount": 1.0, "attributes": None}])
    for name in ("a.csv.gz", "b.csv.gz"):
        write_events(events, tmp_path / name)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv.gz", "b.csv.gz"]


def test_an_unknown_suffix_is_refused_with_those_that_are_known(tmp_path):
    events = as_events([{"time": pd.Timestamp("2026-03-02"), "amount": 1.0}])
    with pytest.raises(LogError, match=r"use \.parquet"):
        write_events(events, tmp_path / "log.xlsx")
