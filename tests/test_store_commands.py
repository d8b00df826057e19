"""The commands that look after the store: years of events in, and out again; forgetting."""

import os

import pandas as pd
import pytest
from typer.testing import CliRunner

import fendan
from features.errors import LogError, StoreError
from serving.events.log import EventLog
from serving.store import Store
from tests.builders import created, event, log, resolved
from training.logs.readers import read_events, write_events

TOLD = log(
    created(0, "T1", customer_id="C1", text="please call 13800138000"),
    event(1, "customer.margin", customer_id="C1", amount=4.0),
    resolved(2, "T1", sla_met=True),
    created(3, "T2" + "x" * 200),
)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """An empty folder with a log of four events, of which one is too long for the store."""
    for name in [name for name in os.environ if name.startswith("FENDAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FENDAN_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write_events(TOLD, tmp_path / "told.csv.gz")
    return tmp_path


def run(*arguments: str, code: int = 0):
    outcome = CliRunner().invoke(fendan.app, list(arguments), catch_exceptions=False)
    assert outcome.exit_code == code, outcome.output
    return outcome


def test_years_of_events_go_into_the_store_once(place):
    url = f"sqlite:///{place / 'fendan.db'}"
    first = run("import", "told.csv.gz", "--into", url)
    assert "3 events are new in the store, 0 were there already" in first.stderr
    assert "0 events are new in the store, 3" in run("import", "told.csv.gz", "--into", url).stderr
    rejects = pd.read_csv("told.rejects.csv")
    assert rejects[["line", "code"]].values.tolist() == [[5, "bad_ticket_id"]]
    store = Store.open(url)
    assert EventLog(store).count() == 3
    store.close()


def test_what_the_store_has_comes_out_as_a_log_to_train_on():
    run("import", "told.csv.gz", "--into", "sqlite:///fendan.db")
    run("export", "--out", "events.parquet")
    read = read_events("events.parquet")
    assert len(read.rejects) == 0
    assert read.events["text"].tolist()[0] == "please call [phone]"
    kept = TOLD.iloc[:3].drop(columns="text")
    pd.testing.assert_frame_equal(read.events.drop(columns="text"), kept)


def test_a_forgotten_customer_is_not_in_the_log_either():
    run("import", "told.csv.gz", "--into", "sqlite:///fendan.db")
    assert run("forget", "C1").stdout == "forgotten: 3 events of 1 tickets, 0 logged requests\n"
    run("export", "--out", "events.parquet")
    read = read_events("events.parquet")
    assert (len(read.rejects), len(read.events)) == (0, 2)
    assert read.events[["customer_id", "text"]].isna().all(axis=None)


def test_old_texts_are_dropped_and_counted(place):
    long_ago = TOLD.iloc[:3].assign(time=TOLD["time"] - pd.Timedelta(days=3650))
    write_events(long_ago, place / "old.csv")
    run("import", "old.csv", "--into", "sqlite:///fendan.db")
    said = run("retention", "--texts-days", "90").stdout
    assert said.startswith("dropped: 1 texts of events, the texts of 0 logged requests, 0 dec")


@pytest.mark.parametrize(
    "asked",
    [
        ("import", "told.csv.gz"),
        ("import", "told.csv.gz", "--out", "a.parquet", "--into", "sqlite:///fendan.db"),
        ("export", "--out", "events.csv"),
        ("retention",),
    ],
)
def test_what_makes_no_sense_is_asked_wrongly(asked):
    run(*asked, code=2)


def test_a_store_that_is_away_is_said_before_the_log_is_read():
    with pytest.raises(StoreError):
        run("import", "no such log.csv", "--into", "sqlite:////dev/null/fendan.db")


def test_a_log_without_an_event_is_said_to_have_none(place):
    write_events(TOLD.iloc[3:], place / "long.csv")
    with pytest.raises(LogError, match="not one of 1 rows"):
        run("import", "long.csv", "--into", "sqlite:///fendan.db")
