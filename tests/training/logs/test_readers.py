import gzip
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from features.errors import LogError
from training.logs.readers import read_events

HEAD = "event_id,time,type,ticket_id,state,text\n"
GOOD = "e{n},2026-03-02T12:00:0{n}Z,ticket.created,T{n},,\n"


def log(tmp_path, text, name="log.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(path):
    """(line, event_id, code) of every reject."""
    rejects = read_events(path).rejects
    assert list(rejects.columns) == ["line", "event_id", "code", "detail"]
    return list(zip(rejects["line"], rejects["event_id"], rejects["code"], strict=True))


def test_a_row_with_an_unknown_state_is_rejected_with_its_line(tmp_path):
    bad = "e2,2026-03-02T12:00:00Z,ticket.state,T1,asleep,\n"
    path = log(tmp_path, HEAD + GOOD.format(n=1) + bad + GOOD.format(n=3))
    assert refused(path) == [(3, "e2", "unknown_state")]
    assert read_events(path).events["event_id"].tolist() == ["e1", "e3"]
    assert read_events(path).rows == 3


def test_lines_are_physical_even_after_quoted_line_breaks_and_blank_lines(tmp_path):
    text = 'e1,2026-03-02T12:00:00Z,ticket.created,T1,,"one\ntwo"\n\ne2,x,ticket.created,T1,,\n'
    assert refused(log(tmp_path, HEAD + text)) == [(5, "e2", "bad_time")]
    crlf = (HEAD + text).replace("\n", "\r\n")
    assert refused(log(tmp_path, crlf)) == [(5, "e2", "bad_time")]


def test_a_lone_quote_inside_a_cell_does_not_shift_the_lines(tmp_path):
    text = 'e1,2026-03-02T12:00:00Z,ticket.created,T1,,9" pipe\n' + GOOD.format(n=2)
    assert refused(log(tmp_path, HEAD + text + "e3,x,ticket.created,T1,,\n")) == [
        (4, "e3", "bad_time")
    ]


def test_a_row_with_too_few_or_too_many_cells_is_rejected_with_its_line(tmp_path):
    text = HEAD + "e1,2026\n" + GOOD.format(n=2) + GOOD.format(n=3).strip() + ",,\n"
    found = refused(log(tmp_path, text))
    assert found == [(2, "", "wrong_cell_count"), (4, "", "wrong_cell_count")]


def test_a_quote_that_is_never_closed_is_told(tmp_path):
    text = HEAD + GOOD.format(n=1) + 'e2,2026-03-02T12:00:00Z,ticket.created,T2,,"oh\n'
    path = log(tmp_path, text + GOOD.format(n=3))
    assert refused(path) == [(3, "", "unclosed_quote")]
    assert len(read_events(path).events) == 1


def test_bytes_that_are_no_utf8_cost_only_their_row(tmp_path):
    bad = b"e2,2026-03-02T12:00:00Z,ticket.created,T2,,\xff\n"
    path = log(tmp_path, (HEAD + GOOD.format(n=1)).encode() + bad + GOOD.format(n=3).encode())
    assert refused(path) == [(3, "", "bad_encoding")]


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz", "log.parquet", "log"])
def test_gzip_is_known_by_its_content_whatever_the_name(tmp_path, name):
    data = (HEAD + GOOD.format(n=1)).encode()
    path = log(tmp_path, gzip.compress(data[:20]) + gzip.compress(data[20:]), name)
    assert read_events(path).events["event_id"].tolist() == ["e1"]


def test_a_half_written_gzip_gives_its_whole_rows_and_says_where_it_ends(tmp_path):
    rows = [f"e{n},2026-03-02T12:00:00Z,ticket.created,T{n},,{n * 7919}\n" for n in range(5000)]
    packed = gzip.compress((HEAD + "".join(rows)).encode())
    read = read_events(log(tmp_path, packed[: len(packed) // 2]))
    kept = len(read.events)
    assert 1000 < kept < 4000
    assert read.events["text"].tolist() == [str(n * 7919) for n in range(kept)]
    assert read.rejects["line"].tolist() == [kept + 2]
    assert read.rejects["code"].tolist() == ["truncated"]
    assert f"truncated after line {kept + 1}" in read.rejects["detail"][0]


def test_a_gzip_with_a_damaged_middle_gives_what_comes_before(tmp_path):
    rows = [f"e{n},2026-03-02T12:00:00Z,ticket.created,T{n},,{n * 7919}\n" for n in range(5000)]
    packed = bytearray(gzip.compress((HEAD + "".join(rows)).encode()))
    packed[-4:] = b"\x00\x00\x00\x01"
    read = read_events(log(tmp_path, bytes(packed)))
    assert len(read.events) == 5000
    assert read.rejects["code"].tolist() == ["truncated"]


def test_a_gzip_cut_before_its_first_row_is_an_error(tmp_path):
    packed = gzip.compress((HEAD * 3).encode())
    with pytest.raises(LogError, match="gzip ends in the middle"):
        read_events(log(tmp_path, packed[:14]))


def test_ndjson_rows_may_lack_keys_and_carry_attributes_as_objects(tmp_path):
    first = {"event_id": "e1", "time": "2026-03-02T12:00:00Z", "type": "customer.margin"}
    first |= {"customer_id": "C", "amount": -1.5, "attributes": {"a": 1}}
    second = {"event_id": 2, "time": "2026-03-02T12:00:00Z", "type": "ticket.closed"}
    second |= {"ticket_id": "T", "sla_met": False, "attributes": '{"b": "x"}'}
    text = json.dumps(first) + "\n\nnot json\n" + json.dumps(second) + '\n{"event_id": "e3"}\n'
    path = log(tmp_path, text)
    events = read_events(path).events
    assert events["event_id"].tolist() == ["e1", "2"]
    assert events["amount"][0] == -1.5
    assert events["attributes"].tolist() == ['{"a":1}', '{"b": "x"}']
    assert events["sla_met"].tolist() == [pd.NA, False]
    assert refused(path) == [(3, "", "bad_json"), (5, "e3", "missing_type")]


def test_a_parquet_log_with_types_of_its_own_is_read(tmp_path):
    zoned = pd.to_datetime(["2026-03-02T12:00:00+08:00"]).as_unit("ns")
    frame = pd.DataFrame({"event_id": [7], "time": zoned, "type": ["ticket.closed"]})
    frame = frame.assign(ticket_id=[1], sla_met=[True], due_at=pd.NaT)
    frame["due_at"] = frame["due_at"].dt.tz_localize("UTC")
    frame.to_parquet(tmp_path / "log")
    events = read_events(tmp_path / "log").events
    assert events["event_id"].tolist() == ["7"]
    assert events["sla_met"].tolist() == [True]
    assert events["time"][0] == pd.Timestamp("2026-03-02T04:00:00Z")


def test_a_parquet_time_without_a_zone_is_an_error(tmp_path):
    table = pa.table({"event_id": ["1"], "type": ["x"], "time": pa.array([0], pa.timestamp("us"))})
    pa.parquet.write_table(table, tmp_path / "log")
    with pytest.raises(LogError, match="'time' has times without a zone"):
        read_events(tmp_path / "log")


def test_half_a_parquet_file_is_an_error_with_a_remedy(tmp_path):
    pa.parquet.write_table(pa.table({"event_id": ["1"]}), tmp_path / "log")
    half = (tmp_path / "log").read_bytes()[:-20]
    with pytest.raises(LogError, match="export it again"):
        read_events(log(tmp_path, half))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("event_id,type\n1,x\n", "the column 'time' is missing"),
        (HEAD.replace("text", "mood"), "unknown column 'mood'.*attributes"),
        (HEAD.replace("text", "state"), "two columns are named 'state'"),
        ("", "is empty"),
        ('{"event_id": "1", "type": "x"}\n', "the column 'time' is missing"),
        (HEAD.replace(",", ";"), "'event_id' is missing"),
    ],
)
def test_a_log_that_is_none_is_an_error_that_says_what(tmp_path, text, words):
    with pytest.raises(LogError, match=words):
        read_events(log(tmp_path, text))


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(LogError, match="no such file"):
        read_events(tmp_path / "none.csv")


def test_progress_is_told_and_ends_at_its_total(tmp_path):
    told = []
    path = log(tmp_path, HEAD + GOOD.format(n=1))
    read_events(path, progress=lambda stage, done, total: told.append((stage, done, total)))
    assert told[-1] == ("check", 1, 1)
