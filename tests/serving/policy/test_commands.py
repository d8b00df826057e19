"""Ops at a terminal: shown, checked, published, told, taken back; on the store that serves."""

import json
from functools import partial
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from features.errors import FendanError
from model.policy_reader import default, loads
from serving.policy import previews
from serving.policy.commands import add_preview, desks_of, policy_app
from serving.policy.policies import PolicyIsAFileError
from serving.policy.preview_answers import PreviewOut
from serving.policy.previews import NoSnapshotError
from serving.policy.simulation import Effect, Simulated
from serving.policy.store import NothingBeforeError
from tests.model.desks import FakeDesk, plain
from tests.serving.builders import body, ticket
from tests.serving.policies import opened


@pytest.fixture(autouse=True)
def store(url, monkeypatch):
    monkeypatch.setenv("FENDAN_STORE_URL", url)
    monkeypatch.delenv("FENDAN_POLICY", raising=False)
    return opened(url)


@pytest.fixture
def write(tmp_path):
    def written(text, name="policy.yaml"):
        file = tmp_path / name
        file.write_text(text)
        return str(file)

    return written


def call(*arguments, commands=policy_app):
    return CliRunner().invoke(commands, list(arguments), catch_exceptions=False)


def run(*arguments, **more):
    outcome = call(*arguments, **more)
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def test_the_policy_in_force_is_shown_and_so_is_an_earlier_one(write):
    assert loads(run("show")) == default()
    run("publish", write("{name: mine, weights: {value: 2}}"))
    assert loads(run("show")).weights.value == 2
    assert loads(run("show", "--version", "1")) == default()


def test_a_named_file_is_shown_in_the_place_of_the_store(write):
    run("publish", write("{name: mine}"))
    assert loads(run("show", "--policy", write("{name: ours}", "ours.yaml"))).name == "ours"


def test_publishing_tells_the_version_and_keeps_who_and_why(write, store):
    outcome = call("publish", write("{name: mine, prices: {unplaced: 0}}"), "--why", "late")
    assert outcome.stdout == "version 2 (mine) is in force\n"
    assert outcome.stderr.startswith("warning: /prices/unplaced: ")
    (move, _) = store.moves()
    assert move.by.why == "late"
    assert move.by.who
    again = run("publish", write("{name: mine, prices: {unplaced: 0}}"))
    assert again == "version 2 (mine) was in force already\n"


def test_a_gray_release_is_told_with_what_holds_elsewhere(write):
    told = run("publish", write("{name: mine, release: {share: 0.5}}"))
    assert told == (
        "version 2 (mine) is in force in 50% of blocks of 4 h; elsewhere version 1 is\n"
    )


def test_a_policy_that_cannot_be_obeyed_is_refused_with_every_fault(write, store):
    file = write("{name: mine, weights: {value: -1}, alerts: {red: 2}}")
    for command in ("publish", "check"):
        outcome = call(command, file)
        assert outcome.exit_code == 1
        assert "/weights/value: -1.0 is below 0.0; give a number" in outcome.stderr
        assert "/alerts/red: 2.0 is above 1.0" in outcome.stderr
    assert store.standing() is None


def test_a_check_warns_and_publishes_nothing(write, store):
    outcome = call("check", write("{name: mine, weights: {load: 0}}"))
    assert (outcome.exit_code, outcome.stdout[:21]) == (0, "mine: can be obeyed (")
    assert "load counts for nothing" in outcome.stderr
    assert store.standing() is None


def test_nothing_is_published_beside_a_named_file(write, monkeypatch):
    monkeypatch.setenv("FENDAN_POLICY", write("{name: ours}", "ours.yaml"))
    with pytest.raises(PolicyIsAFileError):
        call("publish", write("{name: mine}"))
    with pytest.raises(PolicyIsAFileError):
        call("rollback")


def test_the_history_tells_what_changed_between_neighbours(write):
    assert (call("history").stdout, call("history").exit_code) == ("", 0)
    run("publish", write("{name: mine, weights: {value: 2}}"), "--why", "late on Mondays")
    run("rollback", "--why", "worse")
    lines = run("history").splitlines()
    assert lines[0].startswith("version 2 (mine), ")
    assert lines[0].endswith(": late on Mondays")
    assert "  /weights/value: 1.0 → 2.0" in lines
    moves = lines[lines.index("in force, the last first:") + 1 :]
    assert [line.split()[1:3] for line in moves] == [
        ["rollback", "1,"], ["publish", "2,"], ["publish", "1,"],
    ]  # fmt: skip


def test_a_rollback_goes_back_or_to_a_version(write):
    with pytest.raises(NothingBeforeError):
        call("rollback")
    run("publish", write("{name: mine}"))
    assert run("rollback") == "version 1 (default) is in force\n"
    assert run("rollback", "2") == "version 2 (mine) is in force\n"


def small_desk(_model, _policy, _history):
    risk = {("T1", "A3"): 0.5, ("T1", "A7"): 0.4}
    return FakeDesk(policy=plain(hand_over=0.3), risk=risk)


def centre(model):
    def play(_before, _after, ask):
        return Simulated(ask.days, (Effect(model, 0.3, 0.25, -0.05, -0.1, 0.0),))

    return play


def test_an_offline_desk_is_under_what_is_published_unless_a_file_is_named(write):
    run("publish", write("{name: mine, weights: {value: 2}}"))
    make = partial(small_desk, None, None, None)
    assert desks_of(make, None).current().desk.policy.name == "mine"
    named = write("{name: ours}", "ours.yaml")
    assert desks_of(make, Path(named)).current().desk.policy == plain(hand_over=0.3)


@pytest.fixture
def commands():
    app = typer.Typer()
    app.command("other")(lambda: None)  # with one command alone, its name is not asked for
    add_preview(app, small_desk, centre)
    return app


PROPOSED = json.dumps(plain(hand_over=0.01).document())
SNAPSHOT = json.dumps(body(ticket("T1", agent_id="A3")))


def test_a_preview_shows_both_plans_and_the_tickets_that_move(write, commands):
    told = run("preview", write(PROPOSED), write(SNAPSHOT, "snapshot.json"), commands=commands)
    assert "/prices/hand_over: 0.3 → 0.01" in told
    assert "tickets that would be with somebody else: 1\n  T1: A3 → A7" in told
    assert "expected timeouts" in told
    assert "simulated" not in told


def test_a_preview_as_the_endpoint_answers(write, commands):
    file, seen = write(PROPOSED), write(SNAPSHOT, "snapshot.json")
    told = run("preview", file, seen, "--json", commands=commands)
    assert PreviewOut.model_validate_json(told).moved == 1


def test_a_preview_with_its_simulated_effect(write, commands, monkeypatch):
    monkeypatch.setattr(previews, "run_aside", lambda work, *_: work())
    file, seen = write(PROPOSED), write(SNAPSHOT, "snapshot.json")
    told = run("preview", file, seen, "--simulate", "--model", "late", commands=commands)
    assert told.endswith(
        "simulated, 2 tickets that fell due\n"
        "late                                   0.300     0.250"
        "  difference -0.050 [-0.100, 0.000]\n"
    )


def test_a_preview_needs_a_desk_to_look_at(write, commands):
    with pytest.raises(NoSnapshotError):
        call("preview", write(PROPOSED), commands=commands)
    with pytest.raises(FendanError, match="cannot be read"):
        call("preview", write(PROPOSED), "no.json", commands=commands)
