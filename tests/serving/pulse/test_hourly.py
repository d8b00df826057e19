"""The alarms of the pulse as a metric: counted once an hour, by the thread that watches."""

import pytest

from serving.metrics import PULSE_FIGURES, Telemetry
from serving.pulse.alarms import Alarm, Figure
from serving.pulse.hourly import EVERY_SECONDS, FIRST_SECONDS, Hourly


class Source:
    """A pulse of which one team's closing hours, and the desk's, jumped; counts who asks."""

    def __init__(self):
        self.asked, self.broken = 0, False
        self.found = [Alarm("close_hours", team, 20, 10, 1.0, 60, 0.001) for team in (None, "A")]

    def alarms(self):
        self.asked += 1
        if self.broken:
            raise OSError("the store is away")
        return self.found


class Desks:
    there = object()

    def served(self):
        return self.there


@pytest.fixture
def watched():
    """Clock, source, desks and metrics of one who looks."""
    clock, source, desks, telemetry = [0.0], Source(), Desks(), Telemetry()
    hourly = Hourly(source, desks, telemetry, lambda: clock[0])

    def at(seconds):
        clock[0] = seconds
        hourly.look()
        lines = telemetry.exposition().decode().splitlines()
        told = [line.split() for line in lines if line.startswith("fendan_pulse_alarms{")]
        return {name.split('"')[1]: float(value) for name, value in told}

    return at, source, desks


def test_jumps_are_counted_by_figure_a_while_after_the_start_and_once_an_hour(watched):
    at, source, _ = watched
    assert at(FIRST_SECONDS - 1) == {}
    one = {"close_hours": 2.0, "response_hours": 0.0, "timeout_share": 0.0}
    assert at(FIRST_SECONDS) == one
    source.found = []
    assert at(FIRST_SECONDS + EVERY_SECONDS - 1) == one
    assert set(at(FIRST_SECONDS + EVERY_SECONDS).values()) == {0.0}
    assert source.asked == 2


def test_before_a_desk_serves_nothing_is_made_for_the_sake_of_a_metric(watched):
    at, source, desks = watched
    desks.there = None
    assert at(FIRST_SECONDS) == {}
    assert source.asked == 0


def test_a_pulse_that_cannot_be_read_leaves_the_thread_alive_and_is_asked_an_hour_later(watched):
    at, source, _ = watched
    source.broken = True
    assert at(FIRST_SECONDS) == {}
    source.broken = False
    assert at(FIRST_SECONDS + 1) == {}
    assert at(FIRST_SECONDS + EVERY_SECONDS)["close_hours"] == 2.0


def test_every_figure_that_can_alarm_is_a_label():
    assert set(PULSE_FIGURES) == set(Figure.__args__)
