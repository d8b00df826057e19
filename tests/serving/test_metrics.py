"""Metrics: of one process and of several, and of workers that are no more."""

import os
import subprocess
import sys

import pytest

from serving.metrics import EVENTS, STAGES, Telemetry
from serving.telemetry import WORKERS_FOLDER

WORKER = """
from serving.metrics import Telemetry
told = Telemetry()
told.in_flight.set(7)
told.took_events(3, 2, 1)
told.model_version.set(4)
"""


def value(text: bytes, sample: str) -> float:
    found = [line for line in text.decode().splitlines() if line.startswith(sample + " ")]
    assert len(found) == 1
    return float(found[0].rpartition(" ")[2])


def test_every_outcome_is_there_before_it_happens_so_that_an_alert_sees_the_first():
    text = Telemetry().exposition()
    for stage in STAGES:
        assert value(text, f'fendan_degraded_total{{stage="{stage}"}}') == 0
    for outcome in EVENTS:
        assert value(text, f'fendan_events_total{{outcome="{outcome}"}}') == 0


def test_events_are_counted_by_outcome_and_the_history_by_its_last():
    telemetry = Telemetry()
    telemetry.took_events(5, 2, 1)
    telemetry.knew(42, behind=True)
    text = telemetry.exposition()
    assert value(text, 'fendan_events_total{outcome="duplicate"}') == 2
    assert value(text, "fendan_history_seq") == 42
    assert value(text, "fendan_history_behind") == 1


def test_a_process_tells_the_memory_it_holds():
    assert value(Telemetry().exposition(), "fendan_process_resident_bytes") > 10_000_000


@pytest.mark.slow
def test_of_a_worker_that_is_no_more_the_counts_stay_and_the_rest_goes(tmp_path):
    code = (
        "import os, sys\n"
        "from serving.metrics import Telemetry\n"
        "print(Telemetry().exposition().decode())"
    )
    environment = {**os.environ, WORKERS_FOLDER: str(tmp_path)}
    subprocess.run([sys.executable, "-c", WORKER], env=environment, check=True)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True
    )
    assert value(done.stdout, 'fendan_events_total{outcome="accepted"}') == 3
    assert value(done.stdout, "fendan_model_version") == 4
    assert value(done.stdout, "fendan_requests_in_flight") == 0
