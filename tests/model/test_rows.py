import json

import pandas as pd
import pytest

from features.errors import ModelError
from features.history import History
from features.replay import snapshot_at
from model.rows import asked, frame_of
from tests.builders import at, random_log

ROW = {
    "ticket_id": "T1",
    "category": "logistics",
    "created_at": "2026-03-01T09:00:00+08:00",
    "state": "assigned",
    "as_of": "2026-03-02T10:05:00+08:00",
}


def one(**cells):
    return asked(pd.DataFrame([{**ROW, **cells}]))[0]


def test_what_a_row_does_not_say_is_not_known():
    row = one(contacts_72h=None, agent_id=float("nan"))
    assert (row.ticket.contacts_72h, row.ticket.agent_id, row.candidate) == (None, None, None)
    assert row.as_of.isoformat() == ROW["as_of"]


def test_attributes_and_parties_may_be_objects_or_json_texts():
    party = {"party": "qc", "requested_at": "2026-03-01T10:00:00+08:00", "done_at": None}
    objects = one(attributes={"floor": 3}, parties=[party])
    texts = one(attributes=json.dumps({"floor": 3}), parties=json.dumps([party]))
    assert objects.ticket == texts.ticket
    assert objects.ticket.parties[0].party == "qc"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"state": "lost"}, "state makes no sense: 'lost'.*row 0"),
        ({"created_at": "2026-03-01T09:00:00"}, "created_at makes no sense.*offset"),
        ({"contacts_72h": -1}, "contacts_72h makes no sense"),
        ({"attributes": "[1]"}, "attributes makes no sense"),
        ({"as_of": None}, "as_of is missing"),
        ({"colour": "red"}, "unknown column 'colour'"),
    ],
)
def test_a_cell_that_makes_no_sense_is_named_with_its_row(cells, words):
    with pytest.raises(ModelError, match=words):
        one(**cells)


def test_a_missing_column_is_named():
    with pytest.raises(ModelError, match="column 'state' is missing"):
        asked(pd.DataFrame([ROW]).drop(columns="state"))


def test_tickets_written_as_rows_are_read_back_the_same():
    snapshot = snapshot_at(History.of(random_log(3)), at(20))
    again = asked(frame_of(snapshot.as_of, snapshot.tickets))
    assert tuple(row.ticket for row in again) == snapshot.tickets
