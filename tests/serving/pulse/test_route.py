"""`GET /v1/pulse` over HTTP."""

import csv
import io

import pytest

from features.history import History
from serving.pulse.shapes import FiguresOut, PulseOut
from tests.serving.builders import FakeDesk, fixed_edge
from tests.serving.pulse.test_pulse import LIVES


@pytest.fixture
def ask(service):
    """Asks a desk whose last event was a while ago and that nobody has refreshed."""
    desk = FakeDesk()
    desk.history = History.of(LIVES)
    client = service(desk_factory=lambda: desk, edge=fixed_edge()).client
    return lambda **asked: client.get("/v1/pulse", params=asked)


def test_the_answer_has_the_published_shape(ask):
    told = PulseOut.model_validate_json(ask(by="day", days=7).content)
    today = told.rows[-1]
    assert (today.complete, today.arrivals) == (False, 3)  # until ten of that Monday
    assert told.timezone == "Asia/Shanghai"


def test_a_spreadsheet_gets_a_header_and_a_row_for_each_period(ask):
    answer = ask(format="csv", split="team")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="pulse-2026-03-02-day.csv"' in answer.headers["content-disposition"]
    header, *lines = csv.reader(io.StringIO(answer.text))
    assert header == list(FiguresOut.model_fields)
    assert [line[header.index("team")] for line in lines] == ["back", "front", ""]


def test_an_unknown_category_is_refused_with_its_place(ask):
    told = ask(category="nothing")
    assert told.status_code == 422
    assert told.json()["errors"][0]["pointer"] == "/query/category"


def test_a_desk_without_tickets_says_how_to_send_some(service):
    told = service().client.get("/v1/pulse")
    assert told.status_code == 404
    assert "fendan import" in told.json()["detail"]
