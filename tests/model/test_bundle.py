import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.catalog import fingerprint
from features.errors import ModelError
from features.frame import Encoder, landmark_frame
from features.history import History
from model.bundle import load, save
from model.calibration import Calibration
from tests.builders import us, wordy_log
from tests.model.alert_tables import table_of
from tests.model.tiny_bundle import tiny_bundle


@pytest.fixture
def saved(tmp_path):
    bundle, x = tiny_bundle()
    save(bundle, tmp_path / "bundle")
    return tmp_path / "bundle", bundle, x


def test_a_bundle_read_back_predicts_the_same_to_the_bit(saved):
    folder, bundle, x = saved
    again = load(folder, fingerprint())
    assert again.info == bundle.info
    assert again.encoder == bundle.encoder
    ours, theirs = bundle.risk.predict(x), again.risk.predict(x)
    assert (ours.timeout == theirs.timeout).all()
    assert (ours.eta_p90_hours == theirs.eta_p90_hours).all()


def test_its_history_is_the_same_and_holds_no_texts(saved):
    folder, bundle, _ = saved
    again = load(folder)
    pd.testing.assert_frame_equal(again.events, bundle.events)
    assert again.events["text"].isna().all()
    assert History.of(again.events).span == History.of(bundle.events).span


def test_a_model_of_wording_read_back_places_complaints_the_same_to_the_bit(saved, tmp_path):
    history = History.of(wordy_log(6))
    ids = list(history.names["ticket"].index)
    encoder = Encoder.learn(history, ids, np.full(len(ids), us(900)))
    save(replace(saved[1], encoder=encoder, events=history.events), tmp_path / "wordy")
    again = load(tmp_path / "wordy")
    past = History.of(again.events)
    times = np.array([us(h + 1) for h in range(len(ids))])
    ours = landmark_frame(history, encoder, ids, times)
    theirs = landmark_frame(past, again.encoder, ids, times)
    assert ours.names == theirs.names
    assert np.array_equal(ours.values, theirs.values, equal_nan=True)
    assert not np.isnan(ours.column("wording_1")).any()


def test_the_same_bundle_has_the_same_manifest(saved, tmp_path):
    folder, bundle, _ = saved
    save(bundle, tmp_path / "again")
    assert (folder / "manifest.json").read_bytes() == (
        tmp_path / "again" / "manifest.json"
    ).read_bytes()


def test_what_was_learned_of_alerts_is_read_back_and_may_be_missing(saved, tmp_path):
    folder, bundle, _ = saved
    assert load(folder).alerts is None
    table = table_of((0, 2, [9, 5, 1], [3, 2, 1]))
    save(replace(bundle, alerts=table), tmp_path / "alerting")
    assert load(tmp_path / "alerting").alerts.to_json() == table.to_json()


def test_a_changed_byte_is_found_and_the_file_named(saved):
    folder, _, _ = saved
    text = (folder / "timeout.txt").read_text()
    (folder / "timeout.txt").write_text(text.replace("leaf_value=", "leaf_value=9", 1))
    with pytest.raises(ModelError, match=r"timeout\.txt is not the file that was saved"):
        load(folder)


def test_a_missing_file_is_named(saved):
    folder, _, _ = saved
    (folder / "encoder.json").unlink()
    with pytest.raises(ModelError, match=r"encoder\.json is missing"):
        load(folder)


def test_a_folder_without_a_manifest_is_no_model(tmp_path):
    with pytest.raises(ModelError, match=r"manifest\.json is missing"):
        load(tmp_path)


def test_a_model_made_for_other_features_says_so(saved):
    folder, _, _ = saved
    with pytest.raises(ModelError, match="other features"):
        load(folder, "another fingerprint")


def test_another_format_is_refused(saved):
    folder, _, _ = saved
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(ModelError, match="model format 99"):
        load(folder)


def test_a_manifest_cannot_point_out_of_its_folder(saved):
    folder, _, _ = saved
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["../other"] = "0"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="missing from the model"):
        load(folder)


def test_a_full_folder_is_not_written_over(saved):
    folder, bundle, _ = saved
    with pytest.raises(ModelError, match="not empty"):
        save(bundle, folder)


def test_contributions_add_up_to_the_raw_score():
    bundle, x = tiny_bundle()
    total = bundle.risk.contributions(x).sum(axis=1)
    assert total == pytest.approx(bundle.risk.timeout.raw(x))


@pytest.mark.parametrize(
    "change",
    [{}, {"shift": -0.7}, {"timeout_calibration": Calibration("platt", (0.8, -0.3))}],
    ids=["raw", "at the level of a day", "calibrated"],
)
def test_what_explains_a_risk_adds_up_to_its_log_odds_overdue_or_not(change):
    bundle, x = tiny_bundle()
    risk = replace(bundle.risk, **change)
    x[0, risk.names.index("hours_to_due")] = -1.0
    p = risk.timeout_risk(x)
    assert risk.explained(x).sum(axis=1) == pytest.approx(np.log(p / (1.0 - p)), abs=1e-8)


def test_past_its_promise_a_ticket_is_late_for_certain():
    bundle, x = tiny_bundle()
    due = bundle.risk.names.index("hours_to_due")
    late = x.copy()
    late[:, due] = -1.0
    assert (bundle.risk.timeout_risk(late) > 0.999).all()


def test_columns_in_another_order_are_refused():
    bundle, _ = tiny_bundle()
    with pytest.raises(ModelError, match="order of the columns"):
        bundle.risk.check(tuple(reversed(bundle.risk.names)))


def test_no_rows_give_no_risks():
    bundle, x = tiny_bundle()
    risk = bundle.risk.predict(x[:0])
    assert np.concatenate([risk.timeout, risk.escalation, risk.eta_p50_hours]).size == 0


def test_a_text_that_is_no_booster_is_a_model_error():
    from model.risk import Forest

    with pytest.raises(ModelError, match="cannot be read"):
        Forest("nonsense").raw(np.zeros((1, 2)))
