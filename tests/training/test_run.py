from datetime import timedelta

import pandas as pd
import pytest

from features.catalog import fingerprint
from features.errors import LogError, ModelError
from features.history import History
from features.picture import moment_of
from model.bundle import load, save
from model.pyfunc import predict_rows
from model.risk import FORESTS
from model.rows import asked
from tests.builders import assigned, created, log, resolved
from tests.training.desk_log import SMALL, START, busy_log
from training.config import config_of
from training.predict import COLUMNS, Moments, predict, write_predictions
from training.run import data_fingerprint, train


@pytest.fixture(scope="module")
def events():
    return busy_log()


@pytest.fixture(scope="module")
def trained(events):
    ticks = iter(range(10_000))
    return train(events, config_of(SMALL), clock=lambda: float(next(ticks)))


def test_lateness_that_hangs_on_category_and_agent_is_learned(trained):
    found = trained.report.evaluation
    assert found.find("timeout", "assigned").auc > 0.85
    assert found.find("timeout", "assigned").auc > found.find("timeout", "created").auc
    assert found.find("timeout", "created").auc > 0.7


def test_the_report_puts_the_baselines_beside_the_model_and_says_what_it_measured(trained):
    text = trained.report.text()
    for words in ("category rate", "logistic", "uncalibrated", "by p90", "the backtest's"):
        assert words in text
    assert trained.report.metrics()["timeout.assigned.auc"] > 0.85


def test_the_report_says_how_the_registered_model_is_calibrated_not_only_its_backtest(trained):
    risk = trained.bundle.risk
    kind = "live" if risk.live else risk.timeout_calibration.kind
    words = f"its calibrations: timeout {kind}, escalation {risk.escalation_calibration.kind}"
    assert words in trained.report.text()


def test_half_of_the_tickets_are_resolved_by_p50_and_most_by_p90(trained):
    eta = trained.report.evaluation.eta
    assert 0.3 < eta.p50 < 0.7
    assert eta.p90 > 0.75


def test_the_same_log_in_any_order_gives_the_same_model_to_the_byte(events, trained):
    shuffled = events.sample(frac=1.0, random_state=3).reset_index(drop=True)
    again = train(shuffled, config_of(SMALL), clock=lambda: 0.0)
    assert again.bundle.risk.timeout.text == trained.bundle.risk.timeout.text
    assert again.bundle.risk.eta_p90.text == trained.bundle.risk.eta_p90.text
    assert data_fingerprint(shuffled) == data_fingerprint(events)


def test_the_backtested_forests_are_those_that_training_until_then_gives(events, trained):
    until = moment_of(trained.test.start_us - 1)
    alone = train(events, config_of(SMALL), until=until, clock=lambda: 0.0).bundle.risk
    backtest = trained.backtest.risk  # which was calibrated in rounds of its own
    assert [getattr(alone, name).text for name in FORESTS] == [
        getattr(backtest, name).text for name in FORESTS
    ]


def test_a_log_without_verdicts_is_refused_with_a_remedy():
    with pytest.raises(ModelError, match="no ticket has a verdict"):
        train(log(created(0, "T1"), resolved(1, "T1")), config_of(SMALL))


def test_an_end_before_the_log_begins_is_said_to_be_that(events):
    with pytest.raises(LogError, match=r"nothing happened until .* it begins at"):
        train(events, config_of(SMALL), until=moment_of(0))


def test_a_log_of_two_tickets_is_too_short():
    two = log(created(0, "T1", due_at=9), resolved(1, "T1"), created(5, "T2", due_at=6))
    with pytest.raises(ModelError, match="too few"):
        train(two, config_of(SMALL))


def test_a_model_saved_and_loaded_predicts_the_same(events, trained, tmp_path):
    save(trained.bundle, tmp_path / "b")
    again = load(tmp_path / "b", fingerprint())
    at = Moments.parse("assigned")
    start = (START + timedelta(days=35)).to_pydatetime()
    ours, theirs = (predict(events, bundle, at, start) for bundle in (trained.bundle, again))
    pd.testing.assert_frame_equal(ours, theirs)
    assert tuple(ours.columns) == COLUMNS
    assert ours["agent_id"].str.startswith("A").all()


@pytest.mark.parametrize("at", ["created", "assigned", "every:12h"])
def test_a_prediction_reads_nothing_after_its_moment(events, trained, at):
    start = (START + timedelta(days=20)).to_pydatetime()
    cut = events["time"][events["time"] <= START + timedelta(days=25)].max()
    whole = predict(events, trained.bundle, Moments.parse(at), start)
    early = predict(
        events[events["time"] <= cut].reset_index(drop=True),
        trained.bundle,
        Moments.parse(at),
        start,
    )
    known = whole[pd.to_datetime(whole["as_of"], format="ISO8601") <= cut].reset_index(drop=True)
    early = early[pd.to_datetime(early["as_of"], format="ISO8601") <= cut].reset_index(drop=True)
    assert len(known) > 10
    pd.testing.assert_frame_equal(known, early)


def test_the_grid_looks_at_a_ticket_while_it_is_open(trained):
    events = log(created(0, "T1", due_at=90), assigned(1, "T1", "A"), resolved(13, "T1"))
    found = predict(events, trained.bundle, Moments.parse("every:6h"))
    assert found["as_of"].str[11:16].tolist() == ["01:00", "07:00", "13:00"]
    assert found["agent_id"].isna().tolist() == [True, False, False]


def test_predictions_are_written_by_suffix(tmp_path):
    rows = pd.DataFrame({"ticket_id": ["T1"], "risk_timeout": [0.5]})
    for name, read in (("p.csv", pd.read_csv), ("p.parquet", pd.read_parquet)):
        write_predictions(rows, tmp_path / name)
        assert read(tmp_path / name)["risk_timeout"].tolist() == [0.5]
    with pytest.raises(Exception, match=r"end it in \.csv"):
        write_predictions(rows, tmp_path / "p.xlsx")


@pytest.mark.parametrize("at", ["every:0h", "every:6", "sometimes"])
def test_unknown_moments_are_refused_in_words(at):
    with pytest.raises(ModelError, match="write created, assigned or every:6h"):
        Moments.parse(at)


def test_rows_of_the_contract_give_what_predict_gives(events, trained):
    history = History.of(events)
    start = (START + timedelta(days=38)).to_pydatetime()
    expected = predict(events, trained.bundle, Moments.parse("assigned"), start)
    created_rows = events[events["type"] == "ticket.created"].set_index("ticket_id")
    rows = pd.DataFrame(
        {
            "ticket_id": expected["ticket_id"],
            "as_of": expected["as_of"],
            "category": expected["ticket_id"].map(created_rows["category"]),
            "created_at": expected["ticket_id"].map(created_rows["time"]),
            "state": "assigned",
            "agent_id": expected["agent_id"],
        }
    )
    found = predict_rows(trained.bundle, history, asked(rows))
    assert found["risk_timeout"].to_numpy() == pytest.approx(expected["risk_timeout"], abs=1e-12)
    assert found["eta_p90"].tolist() == expected["eta_p90"].tolist()
