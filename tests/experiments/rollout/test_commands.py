import numpy as np
import pytest

from experiments.rollout.commands import main
from tests.experiments.rollout.releases import days
from training.logs.readers import write_events

DESIGN = (
    "name: gold first\nsalt: s\nstart: 2026-03-03T00:00:00+08:00\ndays: 28\nguardrails: []\n"
    "follow_up_hours: 24\ncontrol: {name: default, version: 1}\n"
    "treatment: {name: default, version: 2}\n"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a design, and eight weeks of a desk where every third ticket is late."""
    folder = tmp_path_factory.mktemp("release")
    (folder / "release.yaml").write_text(DESIGN, "utf-8")
    rng = np.random.default_rng(1)
    events = days({day: (rng.random(30) < 1 / 3).tolist() for day in range(56)}, 58)
    write_events(events, folder / "events.parquet")
    return folder


def test_plan_says_how_many_days_in_both_languages(place, capsys):
    events = str(place / "events.parquet")
    assert main(["plan", events, "--to", "0.2", "--block-hours", "24", "--days", "28"]) == 0
    shown = capsys.readouterr().out
    assert "days of blocks of 24 h looked at once" in shown
    assert "28 days of blocks of 24 h show a change of" in shown
    assert "超时率" in shown


def test_calendar_says_who_works_under_what(place, capsys):
    assert main(["calendar", str(place / "release.yaml"), "--days", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("2026-03-03T00:00+08:00")
    assert {line.split()[1] for line in lines[1:]} == {"new", "control"}


def test_a_time_without_an_offset_is_refused(place, capsys):
    assert main(["calendar", str(place / "release.yaml"), "--since", "2026-03-05T00:00:00"]) == 1
    assert "has no offset" in capsys.readouterr().err


def test_watch_tells_where_a_release_stands(place, capsys):
    events = str(place / "events.parquet")
    assert main(["watch", str(place / "release.yaml"), events]) == 0
    assert "gold first: " in capsys.readouterr().out


def test_what_cannot_be_done_is_said_and_ends_with_1(place, capsys):
    assert main(["calendar", str(place / "none.yaml")]) == 1
    assert "the design cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["plan"], ["calendar"], ["watch"], ["bias"]])
def test_every_command_has_help_with_an_example(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert "python -m experiments.rollout" in capsys.readouterr().out
