import os
import re
import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from experiments import demo
from model.registry import Move


@pytest.mark.slow
def test_the_demo_goes_from_nothing_to_a_desk_that_moves(tmp_path):
    command = [sys.executable, "-c", "import fendan; fendan.main()", "demo", "--port", "0"]
    outcome = subprocess.run(
        [*command, "--refreshes", "3", "--seconds", "0.1"],
        env={**os.environ, "FENDAN_HOME": str(tmp_path), "MLFLOW_TRACKING_URI": ""},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    assert "registered as fendan-risk version 1" in outcome.stderr
    lines = re.findall(r"^(\d\d:\d\d) +(\d+) +(\d+)", outcome.stderr, flags=re.MULTILINE)
    assert [moment for moment, _, _ in lines] == ["10:05", "10:10", "10:15"]
    assert all(int(tickets) > 0 for _, tickets, _ in lines)
    assert (tmp_path / "demo" / "fendan.db").exists()


@dataclass
class Report:
    """What a training run says of its model."""

    aliases: tuple[str, ...]
    version: int = 2

    def text(self):
        return ""


@dataclass
class Throne:
    """Who was made champion, and whether by force."""

    moves: list = field(default_factory=list)

    def promote(self, wanted, note, *, force):
        self.moves.append((wanted, force, bool(note.why)))
        return Move("promote", 2, 1, note.who, "", note.why, forced=force)


@pytest.mark.parametrize(
    ("aliases", "moves"),
    [(("challenger", "champion"), []), (("challenger",), [("2", True, True)])],
)
def test_a_model_of_the_shipped_log_is_champion_though_the_gate_prefers_an_older_log_s(
    monkeypatch, aliases, moves
):
    throne = Throne()
    monkeypatch.setattr(demo, "_trained", lambda _registry: False)
    monkeypatch.setattr(demo, "train", lambda *_, **__: None)
    monkeypatch.setattr(demo, "publish", lambda *_: Report(aliases))
    monkeypatch.setattr(demo, "Champions", lambda _registry: throne)
    demo.ensure_model(None, lambda *_: None, lambda _line: None)
    assert throne.moves == moves
