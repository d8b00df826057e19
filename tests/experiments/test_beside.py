from dataclasses import fields, replace

import numpy as np
import pytest

from experiments.beside import Played, Stage, differences, named, read, scenario, table, write
from experiments.contender import contender
from experiments.outcome import Figures
from experiments.play import PlayParams
from experiments.scenarios import as_it_comes
from features.errors import FendanError
from tests.experiments.test_scenarios import MONTH, earlier
from tests.model.tiny_bundle import tiny_bundle


def row(name, seed, late):
    same = {field.name: 0.0 for field in fields(Figures)}
    return Played("usual", name, seed, Figures(**(same | {"late": late})))


ROWS = [row("a", 1, 0.2), row("a", 2, 0.4), row("b", 1, 0.3), row("b", 2, 0.6), row("b", 3, 0.9)]


def test_only_seeds_that_both_were_played_on_are_compared():
    found = differences(ROWS, "b", "a", "late")
    half = 12.706204736 * 0.05  # t(0.975, 1) times the standard error of 0.1 and 0.2
    np.testing.assert_allclose((found.mean, found.low), (0.15, 0.15 - half))


def test_the_table_names_means_and_differences():
    lines = table(ROWS, ["a", "b"]).splitlines()
    assert len(lines) == 4
    assert "0.3000" in lines[2]
    assert "0.6000" in lines[3]
    assert "+15.00%" in lines[3]


def test_plays_are_read_as_they_were_written(tmp_path):
    for each in ROWS:
        write(tmp_path / "plays.ndjson", each)
    assert read(tmp_path / "plays.ndjson") == ROWS
    assert read(tmp_path / "none.ndjson") == []


def test_the_same_seed_is_played_the_same():
    params = PlayParams(days=1, every_minutes=480, append_hours=12, settle_days=0)
    stage = Stage(earlier("storm"), tiny_bundle()[0], params, MONTH)
    one, other = (
        replace(stage.play(contender("least_loaded"), 2), refresh_seconds=0) for _ in range(2)
    )
    np.testing.assert_equal(one, other)  # no promise of a day falls due: NaN is the same


def test_ablations_policies_and_scenarios_go_by_name():
    assert named("without_actions").name == "without_actions"
    assert named("matrix").decide is None
    assert scenario("storm").world is not as_it_comes
    with pytest.raises(FendanError, match="absence_of_a_third"):
        scenario("sunshine")
