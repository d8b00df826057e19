import json

import pytest
from typer.testing import CliRunner

import fendan
from experiments.compare import models
from experiments.scenarios import SCENARIOS
from tests.experiments.compare.small import FORTNIGHT, tiny


def call(*arguments):
    return CliRunner().invoke(fendan.app, ["simulate", *arguments], catch_exceptions=False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--policy", "no_such"], ["--policy", "no_such", "four_dimensions_greedy"]),
        (["--scenario", "no_such"], ["--scenario", "no_such", "usual"]),
        (["--days", "0"], ["--days", "3 or more"]),
        (["--days", "2"], ["--days", "3 or more"]),
        (["--every", "7"], ["--every", "divisor"]),
        (["--seeds", "0"], ["--seeds"]),
        (["--first-seed", "1"], ["--first-seed"]),
        (["--people", "many"], ["--people", "many", "+5"]),
        (["--people", "4%"], ["--people", "5 teams"]),
        (["--demand", "-100%"], ["--demand", "leaves nothing"]),
        (["--policy", "matrix,matrix"], ["--policy", "twice"]),
        (["--baseline", "default", "--policy", "matrix"], ["--baseline", "matrix"]),
        (["--fit", "any.csv", "--demand", "+10%"], ["--fit", "leave out"]),
    ],
)
def test_what_is_asked_wrongly_is_told_with_its_option_and_a_remedy(arguments, words):
    found = call(*arguments)
    assert found.exit_code == 2
    told = " ".join(found.output.replace("│", " ").split())
    for word in words:
        assert word in told


def test_a_folder_that_is_not_there_is_said_before_the_work(tmp_path):
    with pytest.raises(Exception, match="no such folder"):
        call("--out", str(tmp_path / "nowhere" / "report.html"))


def test_what_was_played_is_told_and_written_down(tmp_path, monkeypatch):
    usual = SCENARIOS["usual"]
    small = type(usual)(usual.words, world=lambda _params: FORTNIGHT, begin_s=7 * 86_400)
    monkeypatch.setattr("experiments.scenarios.SCENARIOS", {"usual": small})
    monkeypatch.setattr(models.Model, "__call__", lambda _self, _home: tiny())
    monkeypatch.setattr(models.Model, "ready", lambda _self: None)
    page, figures = tmp_path / "report.html", tmp_path / "figures.json"
    found = call(
        "--policy", "matrix", "--seeds", "1", "--days", "3", "--every", "1440",
        "--jobs", "1", "--people", "-5", "--out", str(page), "--json", str(figures),
        "--plots", str(tmp_path),
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    assert "hindsight bound" in found.stdout
    assert "<svg" in (tmp_path / "people.svg").read_text("utf-8")
    assert "策略并排比较" in page.read_text("utf-8")
    assert {one["load"]["heads"] for one in json.loads(figures.read_text())["trials"]} == {40, 45}
