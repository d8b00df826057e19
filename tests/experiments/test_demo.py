import os
import re
import subprocess
import sys

import pytest


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
