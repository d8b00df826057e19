"""Traces of requests: what a span tells, whose trace it belongs to, and that none can hurt."""

import logging
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.datastructures import Headers

from serving.otel import OtelTraces
from serving.traces import NoTraces, parent_of
from serving.working import traces_of
from tests.serving.builders import body, ticket

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SENT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


@pytest.fixture
def spans():
    """What was exported, by name, and the traces that export it."""
    exporter = InMemorySpanExporter()
    traces = OtelTraces(SimpleSpanProcessor(exporter))
    return traces, lambda: {each.name: each for each in exporter.get_finished_spans()}


def test_a_refresh_is_a_span_of_the_callers_trace_and_its_stages_are_within(service, spans):
    traces, found = spans
    client = service(traces=traces).client
    assert client.post("/v1/refresh", json=body(), headers=SENT).status_code == 200
    request, stage = found()["POST /v1/refresh"], found()["assess"]
    assert f"{request.context.trace_id:032x}" == TRACE
    assert f"{request.parent.span_id:016x}" == PARENT
    assert stage.parent.span_id == request.context.span_id
    assert stage.end_time - stage.start_time == 3_000_000  # the three ms that the plan told
    told = dict(request.attributes)
    assert told == {
        "http.request.method": "POST", "http.route": "/v1/refresh",
        "http.response.status_code": 200, "fendan.tickets": 2, "fendan.agents": 2,
        "fendan.policy.version": 7, "fendan.model.version": 4, "fendan.degraded": "",
    }  # fmt: skip


def test_no_customer_ticket_agent_or_text_is_in_a_span(service, spans):
    traces, found = spans
    client = service(traces=traces).client
    secret = ticket("T-SECRET", customer_id="C-SECRET", agent_id="A3", text="13800138000")
    client.post("/v1/refresh", json=body(secret))
    client.get("/v1/decisions/T-SECRET")
    told = "".join(each.to_json() for each in found().values())
    assert not any(word in told for word in ("SECRET", "138001", "A3", "A7"))
    assert "GET /v1/decisions/{refresh_id}" in found()


def test_the_frameworks_own_telemetry_which_tells_paths_and_queries_is_off(service, monkeypatch):
    from opentelemetry import trace

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    service().client.get("/v1/similar", params={"text": "SECRET"})
    assert exporter.get_finished_spans() == ()


def test_a_request_without_a_trace_begins_one_and_a_bad_parent_is_passed_over(service, spans):
    traces, found = spans
    client = service(traces=traces).client
    client.get("/healthz", headers={"traceparent": "00-zz-zz-01"})
    assert found()["GET /healthz"].parent is None


def test_what_breaks_marks_its_span(service, spans, monkeypatch):
    traces, found = spans
    running = service(traces=traces)
    monkeypatch.setattr(running.log, "get", lambda _: 1 / 0)
    assert running.client.get("/v1/decisions/x").status_code == 500
    assert not found()["GET /v1/decisions/{refresh_id}"].status.is_ok


@pytest.mark.parametrize(
    "line",
    ["", "00", f"ff-{TRACE}-{PARENT}-01", f"00-{TRACE.upper()}-{PARENT}-01",
     f"00-{'0' * 32}-{PARENT}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE}{PARENT}-01"],
)  # fmt: skip
def test_a_line_that_is_no_traceparent_names_no_trace(line):
    assert parent_of(Headers({"traceparent": line})) == ("", "")


def test_log_lines_name_the_request_and_the_trace_that_the_caller_sent(service, caplog):
    from serving.telemetry import JsonLines

    with caplog.at_level(logging.INFO, "fendan.serving"):
        lines = []
        handler = logging.Handler()
        handler.emit = lambda record: lines.append(JsonLines().format(record))
        logging.getLogger("fendan.serving").addHandler(handler)
        answer = service().client.post("/v1/refresh", json=body(), headers=SENT)
        logging.getLogger("fendan.serving").removeHandler(handler)
    told = next(line for line in lines if '"event":"request"' in line)
    assert f'"trace":"{TRACE}"' in told
    assert f'"request":"{answer.headers["x-request-id"]}"' in told


@pytest.mark.slow
def test_without_an_endpoint_nothing_that_exports_is_imported():
    code = (
        "import sys, serving.app; "
        "t = serving.working.traces_of({}); "
        "sdk = ('opentelemetry.sdk', 'opentelemetry.exporter', 'serving.otel'); "
        "print(type(t).__name__, any(m.startswith(sdk) for m in sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["NoTraces", "False"]
    assert isinstance(traces_of({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}), NoTraces)
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "true"}
    assert isinstance(traces_of(told), NoTraces)


@pytest.fixture
def receiver():
    """An OTLP receiver that keeps the bodies it is sent; gives them and its address."""
    got, came = [], threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            came.set()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield got, f"http://127.0.0.1:{server.server_port}", came
    server.shutdown()
    server.server_close()


def exported(monkeypatch, address):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    monkeypatch.delenv("OTEL_SDK_DISABLED", raising=False)
    return traces_of({"OTEL_EXPORTER_OTLP_ENDPOINT": address})


def test_spans_reach_a_receiver_over_http(service, receiver, monkeypatch):
    got, address, came = receiver
    traces = exported(monkeypatch, address)
    service(traces=traces).client.post("/v1/refresh", json=body())
    traces.close()
    assert came.wait(10)
    ((path, sent),) = got
    assert path == "/v1/traces"
    assert b"POST /v1/refresh" in sent
    assert b"fendan" in sent


def test_a_receiver_that_is_down_hurts_no_request(service, monkeypatch):
    traces = exported(monkeypatch, "http://127.0.0.1:9")
    client = service(traces=traces).client
    assert [client.post("/v1/refresh", json=body()).status_code for _ in range(3)] == [200] * 3
    traces.close()
    assert client.post("/v1/refresh", json=body()).status_code == 200
