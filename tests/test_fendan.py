"""The command line, walked from a log to a plan as a new user would, and asked wrongly."""

import json
import os
import shutil
import socket
from datetime import UTC, datetime

import numpy as np
import orjson
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

import fendan
from experiments.desks import open_desk
from features.errors import FendanError
from model.lock import RETRAIN, attempt
from model.registry import Registry
from model.terminal import CHAMPION
from serving.app import create_app
from serving.settings import Settings
from tests.builders import created, log, resolved
from tests.training.desk_log import busy_log
from training.config import load_config
from training.logs.readers import write_events

COMMANDS = [
    ["import"], ["train"], ["tune"], ["evaluate"], ["predict"], ["snapshot"], ["similar"],
    ["refresh"], ["serve"], ["demo"], ["simulate"],
    ["model", "list"], ["model", "show"], ["model", "promote"], ["model", "rollback"], ["retrain"],
    ["policy", "show"], ["policy", "check"], ["policy", "preview"], ["policy", "publish"],
    ["policy", "history"], ["policy", "rollback"],
    ["key", "create"], ["key", "list"], ["key", "revoke"], ["audit"],
    ["export"], ["forget"], ["retention"],
]  # fmt: skip


def run(*arguments: str, code: int = 0) -> str:
    """What the command prints; errors that `main` words are raised."""
    outcome = call(*arguments)
    assert outcome.exit_code == code, outcome.output
    return outcome.stdout if code == 0 else outcome.output


def call(*arguments: str):
    """What came of the command: its exit code, and both of its streams."""
    return CliRunner().invoke(fendan.app, list(arguments), catch_exceptions=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory, empty_store):
    """A home in which everything happens: events, a trained model, a snapshot."""
    place = tmp_path_factory.mktemp("home")
    shutil.copy(empty_store, place)
    before = dict(os.environ)
    os.environ["FENDAN_HOME"] = str(place)
    for name in ("MLFLOW_TRACKING_URI", "FENDAN_STORE_URL", "FENDAN_POLICY"):
        os.environ.pop(name, None)
    events = busy_log()
    write_events(events, place / "raw.csv.gz")
    run("import", str(place / "raw.csv.gz"), "--out", str(place / "events.parquet"))
    (place / "quick.yaml").write_text(
        "forest: {trees: 30}\neta_forest: {trees: 20}\n"
        "gate: {min_tickets: 50, max_ece: 0.3, max_slowdown: 50}\n"
    )
    moment = events["time"].quantile(0.8).floor("s")
    (place / "moment").write_text(moment.isoformat())
    trained = call(
        "train", str(place / "events.parquet"), "--config", str(place / "quick.yaml"),
        "--until", moment.isoformat(), "--tune-trials", "1",
    )  # fmt: skip
    assert trained.exit_code == 0, trained.output
    (place / "report.txt").write_text(trained.stdout)
    (place / "beside.txt").write_text(trained.stderr)
    (place / "snapshot.json").write_text(
        run("snapshot", str(place / "events.parquet"), "--at", moment.isoformat())
    )
    yield place
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_with_an_example(command):
    told = run(*command, "--help")
    assert "fendan " + " ".join(command) in told


def test_training_registers_a_champion_and_says_how_good_it_is(home):
    report = (home / "report.txt").read_text()
    assert "AUC" in report
    assert "tuning: 1 tried" in report
    assert "champion" in run("model", "list")
    assert "trained until" in run("model", "show")
    assert run("model", "show", "1") == run("model", "show")
    assert (home / "beside.txt").read_text().strip() == ""


def test_a_study_prints_its_headlines_and_writes_its_page(home):
    page = home / "study.html"
    told = call(
        "evaluate", str(home / "events.parquet"), "--model", "models:/fendan-risk@champion",
        "--config", str(home / "quick.yaml"), "--out", str(page),
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert "timeout AUC at first assignment" in told.stdout
    assert str(page) in told.stderr
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_tuning_writes_settings_and_goes_on_where_it_ended(home):
    out = home / "tuned.yaml"
    given = ("--config", str(home / "quick.yaml"), "--trials", "1", "--out", str(out))
    first = call("tune", str(home / "events.parquet"), *given)
    assert first.exit_code == 0, first.output
    assert first.stdout.startswith("tuning: 1 tried")
    assert first.stderr.strip() == ""
    assert load_config(out).forest.trees == 30
    assert "1 of them in earlier runs" in run("tune", str(home / "events.parquet"), *given)


def test_a_search_without_an_end_is_asked_wrongly(home):
    run("tune", str(home / "events.parquet"), "--minutes", "0", "--out", "t.yaml", code=2)


def test_a_snapshot_is_a_body_that_refresh_takes_and_every_ticket_is_answered_once(home):
    body = json.loads((home / "snapshot.json").read_text())
    answer = json.loads(run("refresh", str(home / "snapshot.json")))
    told = [
        entry["ticket_id"]
        for part in ("assignments", "unassigned", "rejected")
        for entry in answer[part]
    ]
    assert sorted(told) == sorted(ticket["ticket_id"] for ticket in body["tickets"])
    assert len(told) > 10
    capacity = {agent["agent_id"]: agent.get("capacity", 10) for agent in body["agents"]}
    assert all(len(queue) <= capacity[name] for name, queue in answer["queues"].items())


def test_solved_cases_are_told_to_people_and_to_programs(tmp_path):
    events = str(tmp_path / "events.parquet")
    late = created(0, "late", text="快递一直没有送到"), resolved(5, "late")
    write_events(log(*late, created(6, "now", text="快递没有送到")), tmp_path / "events.parquet")
    told = run("similar", events, "--ticket", "now")
    assert "late" in told
    assert "用时 5.0 小时" in told
    asked = ("similar", events, "--text", "快递", "--json")
    assert [case["ticket_id"] for case in json.loads(run(*asked))["cases"]] == ["late"]
    assert json.loads(run(*asked, "--at", "2026-03-02T13:00:00+08:00"))["cases"] == []
    run("similar", events, code=2)
    run("similar", events, "--ticket", "now", "--category", "quality", code=2)
    with pytest.raises(FendanError, match="no ticket 'nobody'"):
        call("similar", events, "--ticket", "nobody")


def risks_of_predict(home):
    moment = (home / "moment").read_text()
    out = home / "predictions.csv"
    run("predict", str(home / "events.parquet"), "--at", "every:6h", "--from", moment,
        "--out", str(out))  # fmt: skip
    rows = pd.read_csv(out)
    at_once = pd.to_datetime(rows["as_of"], utc=True) == pd.Timestamp(moment)
    return rows[at_once].set_index("ticket_id").sort_index()


def risks_of_score(body):
    settings = Settings.from_env(os.environ)
    desk = open_desk(CHAMPION, None, None)
    with TestClient(create_app(settings, lambda: desk), base_url="http://127.0.0.1") as client:
        answer = client.post("/v1/score", content=orjson.dumps(body))
    assert answer.status_code == 200, answer.text
    return pd.DataFrame(
        {t["ticket_id"]: t["risk"] for t in answer.json()["tickets"]}
    ).T.sort_index()


def risks_of_pyfunc(body):
    import mlflow

    mlflow.set_tracking_uri(Registry.of(os.environ).uri)
    model = mlflow.pyfunc.load_model(CHAMPION)
    rows = pd.DataFrame([{"as_of": body["as_of"], **ticket} for ticket in body["tickets"]])
    for name in ("parties", "attributes"):
        if name in rows:
            rows[name] = [None if isinstance(v, float) else json.dumps(v) for v in rows[name]]
    return model.predict(rows).set_index("ticket_id").sort_index()


def test_predict_score_and_the_registered_pyfunc_give_the_same_risks(home):
    whole = json.loads((home / "snapshot.json").read_text())
    body = {"as_of": whole["as_of"], "tickets": whole["tickets"]}
    predicted, served, packed = (
        risks_of_predict(home),
        risks_of_score(body),
        risks_of_pyfunc(body),
    )
    assert list(predicted.index) == list(served.index) == list(packed.index)
    for ours, theirs in (("risk_timeout", "timeout"), ("risk_escalation", "escalation")):
        assert packed[ours].tolist() == pytest.approx(predicted[ours].tolist(), abs=1e-12)
        assert served[theirs].tolist() == pytest.approx(predicted[ours].tolist(), abs=1e-6)
    assert np.ptp(predicted["risk_timeout"]) > 0.1


def test_nothing_after_a_row_s_moment_is_read(home):
    moment = (home / "moment").read_text()
    events = pd.read_parquet(home / "events.parquet")
    write_events(events[events["time"] <= pd.Timestamp(moment)], home / "past.parquet")
    for at in ("created", "assigned"):
        whole = predictions(home, "events", at)
        known = whole[pd.to_datetime(whole["as_of"], utc=True) <= pd.Timestamp(moment)]
        assert len(known) > 100
        pd.testing.assert_frame_equal(
            predictions(home, "past", at), known.reset_index(drop=True), check_dtype=False
        )


def predictions(home, log, at):
    out = home / f"{log}-{at}.parquet"
    run("predict", str(home / f"{log}.parquet"), "--at", at, "--out", str(out))
    return pd.read_parquet(out)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import", "no.csv", "--out", "e.parquet"), "no.csv"),
        (("import", "README.md", "--out", "e.parquet", "--mapping", "nosuch"), "nosuch"),
        (("refresh", "no.json"), "cannot be read"),
        (("policy", "check", "no.yaml"), "no.yaml"),
        (("predict", "events.parquet", "--out", "p.csv"), "events.parquet"),
        (("evaluate", "no.parquet"), "no.parquet"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_where_and_the_remedy(arguments, words):
    with pytest.raises(FendanError, match=words):
        run(*arguments)


def test_a_time_without_an_offset_is_asked_wrongly(home):
    told = run("snapshot", str(home / "events.parquet"), "--at", "2026-03-02T10:00:00", code=2)
    assert "offset" in told


def test_without_a_model_the_remedy_is_named(tmp_path, monkeypatch, empty_store):
    shutil.copy(empty_store, tmp_path)
    monkeypatch.setenv("FENDAN_HOME", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(FendanError, match="fendan train"):
        run("model", "show")


def test_a_home_that_cannot_be_made_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FENDAN_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(FendanError, match="point FENDAN_HOME to a folder"):
        run("model", "list")


def test_a_registry_whose_file_is_no_database_is_said_to_be_unusable(tmp_path, monkeypatch):
    (tmp_path / "mlflow.db").write_text("not a database, by any means")
    monkeypatch.setenv("FENDAN_HOME", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    for command in (["model", "list"], ["model", "show"]):
        with pytest.raises(FendanError, match=r"registry cannot be used: .*not a database"):
            run(*command)


def test_a_registry_that_is_down_is_said_before_the_training_and_not_after(home, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setattr("training.run.train", pytest.fail)
    with pytest.raises(FendanError, match="the model registry cannot be used"):
        run("train", str(home / "events.parquet"))


@pytest.mark.usefixtures("home")
def test_a_port_in_use_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(FendanError, match="port"):
            run("serve", "--port", str(taken.getsockname()[1]))


def test_the_policy_shown_is_a_policy_that_can_be_obeyed(tmp_path):
    shown = tmp_path / "policy.json"
    shown.write_text(run("policy", "show"))
    assert "can be obeyed" in run("policy", "check", str(shown))


def retrain(home, *more):
    """As `home` was trained, by the timetable's command."""
    moment = (home / "moment").read_text()
    return call(
        "retrain", str(home / "events.parquet"), "--config", str(home / "quick.yaml"),
        "--until", moment, *more,
    )  # fmt: skip


def test_when_nothing_is_new_nothing_is_trained(home):
    before = run("model", "list")
    found = retrain(home)
    assert (found.exit_code, found.stdout) == (0, "")
    assert "version 1 (challenger, champion) was made from these very events" in found.stderr
    assert run("model", "list") == before


def test_while_one_retraining_is_under_way_the_next_leaves_at_once(home):
    now = datetime(2026, 3, 2, 8, tzinfo=UTC)
    with attempt(Registry.of(os.environ).home / RETRAIN, now) as other:
        assert other is None
        found = retrain(home, "--force")
    assert (found.exit_code, found.stdout) == (0, "")
    assert f"under way: process {os.getpid()}, since 2026-03-02T08:00:00+00:00" in found.stderr


def test_a_new_champion_is_rolled_back_and_promoted_again_with_its_reasons_kept(home):
    assert "gate: passed" in retrain(home, "--force").stdout
    assert [line.split()[0] for line in run("model", "list").splitlines()] == ["2", "1"]
    assert "version 2 -> 1" in run("model", "rollback", "--reason", "late again")
    assert "version 1 -> 2" in run("model", "promote", "challenger", "--reason", "a false alarm")
    shown = run("model", "show")
    for words in ("reproducible from its run", "late again", "a rollback leads to version 1"):
        assert words in shown
    with pytest.raises(FendanError, match="champion already"):
        run("model", "promote", "2")
    with pytest.raises(FendanError, match=r"but version 2 is champion now.*--force --reason"):
        run("model", "promote", "1")
    assert "needs a --reason" in run("model", "promote", "1", "--force", code=2)
    forced = run("model", "promote", "1", "--force", "--reason", "the old one knew Sundays")
    assert "promote, forced, by" in forced
    listed = run("model", "list").splitlines()
    assert "champion" in listed[1]
    assert "gate passed" in listed[1]
