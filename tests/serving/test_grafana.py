"""The shipped dashboard and alerts name what the service tells, and fit Grafana."""

import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from serving.metrics import Telemetry

FOLDER = Path(__file__).parents[2] / "serving" / "grafana"
BOARD = json.loads((FOLDER / "fendan.json").read_text("utf-8"))
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
NAME = re.compile(r"fendan_[a-z_]+")
SAMPLE = re.compile(r"^# TYPE (\S+) (\S+)$", re.MULTILINE)


def told():
    """The names that a query may use."""
    names = set()
    for name, kind in SAMPLE.findall(Telemetry().exposition().decode()):
        ends = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
        names |= {name + end for end in ends}
    return names


def queries():
    return [each["expr"] for panel in PANELS for each in panel["targets"]]


def test_every_metric_of_the_dashboard_and_the_alerts_exists():
    named = set(NAME.findall(" ".join([*queries(), *(rule["expr"] for rule in RULES)])))
    assert named
    assert named - told() == set()


def test_every_metric_of_the_service_is_on_the_dashboard():
    shown = {re.sub("_(bucket|sum|count)$", "", each) for each in NAME.findall(" ".join(queries()))}
    kept = {re.sub("_(bucket|sum|count)$", "", each) for each in told() if "_created" not in each}
    assert kept - shown == set()


def test_panels_have_ids_of_their_own_and_do_not_overlap():
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert sorted(set(ids)) == sorted(ids)
    cells = [
        (x, y)
        for panel in BOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_every_query_asks_the_source_that_is_chosen():
    (chosen,) = (v for v in BOARD["templating"]["list"] if v["type"] == "datasource")
    assert (chosen["name"], chosen["query"]) == ("datasource", "prometheus")
    sources = [panel["datasource"]["uid"] for panel in PANELS]
    sources += [each["datasource"]["uid"] for panel in PANELS for each in panel["targets"]]
    assert set(sources) == {"${datasource}"}


def test_the_board_can_be_imported_as_it_is():
    assert BOARD["id"] is None
    assert BOARD["schemaVersion"] >= 36
    assert (BOARD["uid"], BOARD["title"]) == ("fendan", "Fendan")
    for panel in PANELS:
        assert panel["title"]
        refs = [each["refId"] for each in panel["targets"]]
        assert len(refs) == len(set(refs))
        assert panel["gridPos"].keys() == {"h", "w", "x", "y"}


@pytest.mark.parametrize("query", [*queries(), *(rule["expr"] for rule in RULES)])
def test_every_query_closes_what_it_opens(query):
    for opens, closes in ("()", "{}", "[]"):
        assert query.count(opens) == query.count(closes)


def test_every_alert_says_what_is_wrong_and_what_to_do():
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"].keys() == {"summary", "description"}


@pytest.mark.parametrize(("options", "file"), [([], "fendan.json"), (["--alerts"], "alerts.yml")])
def test_the_command_line_prints_what_is_shipped(options, file):
    import fendan

    done = CliRunner().invoke(fendan.app, ["dashboard", *options])
    assert (done.exit_code, done.stdout) == (0, (FOLDER / file).read_text("utf-8"))
