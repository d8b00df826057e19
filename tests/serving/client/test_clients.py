"""What the client makes of answers that a service rarely gives."""

import httpx
import pytest

from features.errors import FendanError
from serving.client import (
    Fendan,
    FendanProblem,
    Retries,
    StrangeAnswerError,
    UnreachableError,
)
from tests.serving.builders import body

ONCE = Retries(tries=1)
AT_ONCE = Retries(within_seconds=5, first_seconds=0, most_seconds=0)


def answering(*answers: httpx.Response | Exception, retries: Retries) -> tuple[Fendan, list]:
    """A client of a service that gives these answers in turn, and what it was sent."""
    left, seen = list(answers), []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        given = left.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    return Fendan(retries=retries, transport=httpx.MockTransport(answer)), seen


READY = {"status": "ready", "missing": {}}
REPLY = {"as_of": "2026-03-02T10:05:00+08:00", "policy": {"name": "p", "version": 1},
         "model": {"name": "m", "version": 1}, "degraded": [], "tickets": [], "rejected": [],
         "agent_faults": []}  # fmt: skip


@pytest.mark.parametrize("passing", [
    httpx.Response(502), httpx.Response(503), httpx.Response(504), httpx.Response(429),
    httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut"),
])  # fmt: skip
def test_what_passes_is_tried_again_with_the_same_key(passing):
    client, seen = answering(passing, httpx.Response(400), retries=AT_ONCE)
    with pytest.raises(FendanProblem):  # the second answer, which is final
        client.refresh(body())
    assert len(seen) == 2
    assert len({request.headers["idempotency-key"] for request in seen}) == 1
    assert seen[0].content == seen[1].content


def test_what_is_refused_for_good_is_not_tried_again():
    for status in (400, 401, 403, 404, 409, 412, 413, 422, 500):
        client, seen = answering(httpx.Response(status), retries=AT_ONCE)
        with pytest.raises(FendanProblem, match=str(status)):
            client.refresh(body())
        assert len(seen) == 1


def test_a_redirect_is_not_followed_since_the_key_would_go_along():
    moved = httpx.Response(302, headers={"location": "http://elsewhere.example/"})
    client, seen = answering(moved, retries=AT_ONCE)
    with pytest.raises(FendanProblem, match="302"):
        client.ready()
    assert len(seen) == 1


def test_a_newer_service_may_say_more():
    client, _ = answering(httpx.Response(200, json={**REPLY, "new": 1}), retries=ONCE)
    assert client.score(body()).model.version == 1


def test_an_answer_of_another_shape_is_told():
    client, _ = answering(httpx.Response(200, text="<html>hello"), retries=ONCE)
    with pytest.raises(StrangeAnswerError, match="not a ReadyOut"):
        client.ready()


def test_a_refusal_in_strange_words_keeps_them():
    client, _ = answering(httpx.Response(400, text="<h1>Bad\n gateway</h1>"), retries=ONCE)
    with pytest.raises(FendanProblem, match="<h1>Bad gateway</h1>") as refused:
        client.ready()
    assert refused.value.code == "http"


def test_a_service_under_a_prefix_is_reached_there():
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(200, json=READY)

    client = Fendan("https://desk.example/fendan/", transport=httpx.MockTransport(answer))
    client.ready()
    with pytest.raises(StrangeAnswerError):
        client.decision("a/../b")
    assert seen == [b"/fendan/readyz", b"/fendan/v1/decisions/a%2F..%2Fb"]


@pytest.mark.parametrize("key", ["订单-1", "two\nlines", "k" * 256])
def test_a_key_that_no_header_can_carry_is_told_in_words(key):
    client, seen = answering(retries=ONCE)
    with pytest.raises(FendanError, match="printable ASCII"):
        client.refresh(body(), key)
    assert seen == []


def test_an_answer_that_cannot_be_unpacked_is_no_answer():
    cut = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no"))
    client, _ = answering(cut, retries=ONCE)
    with pytest.raises(UnreachableError, match="DecodingError"):
        client.ready()
