import gzip
import json

import pandas as pd
import pytest

from features.errors import LogError
from training.logs import foreign
from training.logs.importing import import_log, load_log
from training.logs.mapping import load_mapping, parse_mapping
from training.logs.readers import read_events

HEAD = "event_id,time,type,ticket_id,state\n"


@pytest.fixture(scope="module")
def uci(real_log):
    return load_log(real_log("uci_incident_log.csv.gz"), "uci_incident")


@pytest.fixture(scope="module")
def boston(real_log):
    return load_log(real_log("boston311_2011.csv.gz"), "boston311")


def counts(result):
    return {count.name: count.count for count in result.report.by_type}


def first_times(events, kind):
    return events[events["type"] == kind].groupby("ticket_id")["time"].min()


def test_an_event_log_comes_out_in_order_beside_its_rejects_and_its_report(tmp_path):
    later = "e2,2026-03-02T12:00:00Z,ticket.closed,T1,\n"
    earlier = "e1,2026-03-02T11:00:00Z,ticket.created,T1,\n"
    bad = "e3,2026-03-02T11:00:00Z,ticket.state,T1,asleep\n"
    (tmp_path / "log.csv").write_text(HEAD + later + earlier + bad)
    report = import_log(tmp_path / "log.csv", None, tmp_path / "out" / "events.csv.gz")
    assert read_events(tmp_path / "out" / "events.csv.gz").events["event_id"].tolist() == [
        "e1",
        "e2",
    ]
    rejects = (tmp_path / "out" / "events.rejects.csv").read_text().splitlines()
    assert rejects[0] == "line,event_id,code,detail"
    assert rejects[1].startswith("4,e3,unknown_state,")
    assert (report.coming.rows, report.coming.refused, report.coming.out_of_order) == (3, 1, 1)
    written = json.loads((tmp_path / "out" / "events.report.json").read_text())
    assert written["events"] == 2
    assert written["rejects"] == [{"name": "unknown_state", "count": 1}]
    assert "| ticket.closed | 1 |" in (tmp_path / "out" / "events.report.md").read_text()


def test_a_log_without_one_good_row_is_an_error_that_points_to_the_reasons(tmp_path):
    (tmp_path / "log.csv").write_text(HEAD + "e1,x,ticket.closed,T1,\n")
    with pytest.raises(LogError, match=r"not one of 1 rows is an event .*events\.rejects\.csv"):
        import_log(tmp_path / "log.csv", None, tmp_path / "events.parquet")
    assert "bad_time" in (tmp_path / "events.rejects.csv").read_text()
    assert not (tmp_path / "events.parquet").exists()


def test_a_log_that_lacks_a_mapped_column_names_it(tmp_path):
    (tmp_path / "log.csv").write_text("number,sys_updated_at\nINC1,1/1/2016 10:00\n")
    with pytest.raises(LogError, match="the column 'made_sla' is missing"):
        load_log(tmp_path / "log.csv", "uci_incident")


def test_every_row_and_ticket_of_the_uci_log_arrives(uci):
    assert uci.report.coming.rows == 114_132
    assert uci.rejects.empty
    assert uci.report.tickets == 19_625
    found = counts(uci)
    assert found["ticket.created"] == 19_625
    assert found["ticket.closed"] >= 19_625
    assert first_times(uci.events, "ticket.closed").size == 19_625
    assert uci.report.coming.out_of_order == 1


def test_two_fifths_of_the_uci_tickets_miss_their_promise_and_only_closing_tells(uci):
    closed = uci.events[uci.events["type"] == "ticket.closed"]
    missed = ~closed.groupby("ticket_id")["sla_met"].last().astype(bool)
    assert 0.40 < missed.mean() < 0.403
    told = uci.events[uci.events["sla_met"].notna()]
    assert set(told["type"]) == {"ticket.closed"}


def test_at_its_creation_nothing_but_the_creation_of_a_uci_ticket_is_visible(uci):
    own = uci.events[uci.events["ticket_id"].notna()]
    gaps = own.sort_values(["ticket_id", "event_id"]).groupby("ticket_id")["time"].diff()
    assert (gaps.dropna() > pd.Timedelta(0)).all()
    created = first_times(uci.events, "ticket.created")
    assert (own.groupby("ticket_id")["time"].min() == created).all()
    lag = first_times(uci.events, "ticket.assigned") - created
    assert (lag == pd.Timedelta(microseconds=1)).sum() > 10_000


def test_uci_escalations_are_hand_overs_and_raised_priorities(uci):
    escalated = uci.events[uci.events["type"] == "ticket.escalated"]
    tickets = escalated.groupby("attributes")["ticket_id"].nunique() / 19_625
    assert tickets['{"to":"hand_overs"}'] == pytest.approx(0.167, abs=0.001)
    assert tickets['{"to":"priority"}'] == pytest.approx(0.012, abs=0.001)


@pytest.mark.parametrize(
    ("name", "file"),
    [("uci_incident", "uci_incident_log.csv.gz"), ("boston311", "boston311_2011.csv.gz")],
)
def test_no_column_from_the_future_is_even_parsed(real_log, monkeypatch, name, file):
    asked = []

    def spy(_source, _kind, columns, **_options):
        asked.extend(columns)
        raise LogError("seen enough")

    monkeypatch.setattr(foreign, "read_raw", spy)
    with pytest.raises(LogError, match="seen enough"):
        load_log(real_log(file), name)
    assert asked
    assert not set(asked) & set(load_mapping(name).never_read)


def test_the_report_lists_the_columns_that_were_there_and_never_read(uci):
    assert uci.report.coming.never_read_present == (
        "closed_code",
        "resolved_by",
        "resolved_at",
        "closed_at",
    )


def test_scrambling_the_columns_from_the_future_changes_no_event(real_log, tmp_path, uci):
    table = pd.read_csv(real_log("uci_incident_log.csv.gz"), dtype="str", nrows=3000)
    for column in load_mapping("uci_incident").never_read:
        table[column] = "scrambled"
    table.loc[table["incident_state"] != "Closed", "made_sla"] = "scrambled"
    table.to_csv(tmp_path / "log.csv", index=False)
    again = load_log(tmp_path / "log.csv", "uci_incident").events
    whole = again[again["type"] != "agent.status"]
    same = uci.events.set_index("event_id").loc[whole["event_id"]].reset_index()
    pd.testing.assert_frame_equal(same, whole.reset_index(drop=True)[same.columns])


def test_half_of_the_uci_file_gives_the_tickets_it_holds(real_log, tmp_path):
    packed = real_log("uci_incident_log.csv.gz").read_bytes()
    (tmp_path / "half.gz").write_bytes(packed[: len(packed) // 10])
    result = load_log(tmp_path / "half.gz", "uci_incident")
    assert result.rejects["code"].tolist() == ["truncated"]
    assert result.report.tickets > 1000


def test_every_boston_request_arrives_with_its_promise_trimmed_where_it_makes_no_sense(boston):
    found = counts(boston)
    assert found["ticket.created"] == found["ticket.assigned"] == 41_827
    assert found["ticket.resolved"] == 39_368
    assert boston.rejects["code"].value_counts().to_dict() == {"due_trimmed": 26}
    assert boston.events["due_at"].notna().sum() == 41_827 - 6_073 - 26
    assert boston.events["sla_met"].isna().all()


def test_a_quarter_of_the_boston_promises_is_broken(boston):
    created = boston.events[boston.events["type"] == "ticket.created"].set_index("ticket_id")
    resolved = first_times(boston.events, "ticket.resolved").reindex(created.index)
    promised = created["due_at"].notna()
    late = resolved.isna() | (resolved > created["due_at"])
    assert 0.20 < late[promised].mean() < 0.30


def test_a_gzip_log_of_another_name_is_imported_the_same(tmp_path):
    text = (HEAD + "e1,2026-03-02T11:00:00Z,ticket.created,T1,\n").encode()
    (tmp_path / "a.csv").write_bytes(gzip.compress(text))
    assert import_log(tmp_path / "a.csv", None, tmp_path / "e.ndjson").events == 1


TINY = """\
name: tiny
source: a test
licence: none
format: FORMAT
time_formats: ["%Y-%m-%d %H:%M"]
zone: UTC
shape: updates
ticket: id
time: at
rules:
  - {type: ticket.created, when: first_row, fields: {category: kind}}
"""


def test_foreign_logs_may_be_ndjson_or_parquet_too(tmp_path):
    table = pd.DataFrame({"id": [1], "at": ["2026-03-02 11:00"], "kind": ["lamp"]})
    table.to_json(tmp_path / "ndjson", orient="records", lines=True)
    table.to_parquet(tmp_path / "parquet")
    for kind in ("ndjson", "parquet"):
        result = load_log(tmp_path / kind, parse_mapping(TINY.replace("FORMAT", kind)))
        assert result.events["category"].tolist() == ["lamp"]
        assert result.events["event_id"].tolist() == ["1-0001"]


def test_a_file_of_another_format_than_the_mapping_says_is_an_error(tmp_path):
    (tmp_path / "log").write_text('{"id": 1}\n')
    with pytest.raises(LogError, match="the file is ndjson, the mapping 'tiny' says csv"):
        load_log(tmp_path / "log", parse_mapping(TINY.replace("FORMAT", "csv")))


def test_a_foreign_log_in_another_encoding_and_delimiter_is_read(tmp_path):
    (tmp_path / "log").write_bytes("id;at;kind\nä;2026-03-02 11:00;ö\n".encode("latin-1"))
    text = TINY.replace("FORMAT", 'csv\nencoding: latin-1\ndelimiter: ";"')
    assert load_log(tmp_path / "log", parse_mapping(text)).events["category"].tolist() == ["ö"]
