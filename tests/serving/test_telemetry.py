"""Log lines and the desk that is asked for again."""

import io
import json
import logging

import pytest

from features.errors import ModelError
from serving.desks import DeskSource
from serving.telemetry import JsonLines, log_to, say
from tests.serving.builders import FakeDesk


@pytest.fixture
def lines():
    """What is logged, as JSON; the loggers are put back afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("fendan.serving")
    before = root.handlers[:], root.level, ours.level
    stream = io.StringIO()
    yield lambda level: (log_to(level, stream), stream)[1]
    root.handlers[:], root.level = before[0], before[1]
    ours.setLevel(before[2])


def test_a_log_line_is_one_json_object_with_its_facts(lines):
    stream = lines(logging.INFO)
    say("request", route="/v1/refresh", status=200)
    say("too quiet", logging.DEBUG)
    (line,) = [json.loads(text) for text in stream.getvalue().splitlines()]
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info", "logger": "fendan.serving", "event": "request",
        "route": "/v1/refresh", "status": 200,
    }  # fmt: skip


def test_an_exceptions_message_is_not_logged_but_its_type_and_place_are():
    with pytest.raises(ValueError, match="张三") as broken:
        raise ValueError("张三 13800138000") from KeyError("secret")
    told = (ValueError, broken.value, None)
    record = logging.LogRecord("x", 40, "", 1, "broken", (), told)
    line = json.loads(JsonLines().format(record))
    assert line["exception"]["type"] == "ValueError"
    assert line["exception"]["cause"]["type"] == "KeyError"
    assert "test_telemetry.py" in line["exception"]["frames"][0]
    assert "138" not in json.dumps(line)
    assert "secret" not in json.dumps(line)


def test_a_failing_desk_is_asked_again_only_after_a_while():
    now, asked = [0.0], []

    def factory():
        asked.append(now[0])
        raise ModelError("no model is registered")

    source = DeskSource(factory, patience=10, clock=lambda: now[0])
    for moment in (0.0, 1.0, 9.9, 10.0, 11.0):
        now[0] = moment
        with pytest.raises(ModelError, match="no model"):
            source.current()
    assert asked == [0.0, 10.0]


def test_a_desk_is_made_once():
    made = []
    source = DeskSource(lambda: made.append(FakeDesk()) or made[0])
    assert source.current() is source.current()
    assert len(made) == 1


def test_a_desk_that_breaks_in_an_unforeseen_way_is_a_model_error_without_its_words():
    def factory():
        raise OSError("/home/somebody/secret")

    with pytest.raises(ModelError, match="OSError") as told:
        DeskSource(factory).current()
    assert "secret" not in str(told.value)
