import pytest

from experiments.rollout.commands import main
from experiments.rollout.errors import RolloutError
from experiments.rollout.grid import Grid
from experiments.rollout.unit_table import read_units

DAYS = Grid(24, 2.0, 8 * 3_600_000_000)


def table(tmp_path, text):
    path = tmp_path / "units.csv"
    path.write_text(text, "utf-8")
    return path


def test_rows_of_one_block_are_added_up_and_those_of_the_wash_out_left_out(tmp_path):
    rows = (
        "start,cases,total,team\n2026-03-03T02:00:00+08:00,10,4,n\n2026-03-03T20:00:00+08:00,5,1,n\n"
        "2026-03-02T18:00:00Z,7,7,e\n2026-03-03T01:00:00+08:00,100,100,n\n"
    )
    units, teams = read_units(table(tmp_path, rows), DAYS)
    assert teams == 2
    assert (units.team.tolist(), units.cases.tolist()) == ([0, 1], [15, 7])
    assert (units.total.tolist(), units.squares.tolist()) == ([5, 7], [5, 7])
    assert units.block[0] == units.block[1]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("start,cases\n", "has no total"),
        ("start,cases,total\n", "has no rows"),
        ("start,cases,total\n2026-03-03T02:00:00,1,1\n", "no RFC 3339 time with an offset"),
        ("start,cases,total\n2026-03-03T02:00:00Z,0,0\n", "needs a case"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path, text, what):
    with pytest.raises(RolloutError, match=what):
        read_units(table(tmp_path, text), DAYS)


def test_a_plan_is_made_from_a_table(tmp_path, capsys):
    days = [f"2026-{month:02d}-{day:02d}" for month in (1, 3, 5) for day in range(1, 32)]
    rows = "".join(f"{day}T00:00:00+08:00,50,{15 + at % 5}\n" for at, day in enumerate(days))
    path = table(tmp_path, "start,cases,total\n" + rows)
    given = ["plan", str(path), "--units", "--to", "0.25", "--block-hours", "24"]
    assert main(given) == 0
    assert "days of blocks of 24 h" in capsys.readouterr().out
