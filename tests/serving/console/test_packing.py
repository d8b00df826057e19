"""Pages and static files are sent small to who can unpack them, and as they are to all others."""

import gzip

import httpx
import pytest
from starlette.requests import Request

from serving.console.packing import accepts_gzip

PLAIN, SMALL = {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize(
    ("said", "accepted"),
    [("gzip, deflate, br", True), ("br;q=1, gzip;q=0.2", True), ("", False), ("br", False),
     ("gzip;q=0", False), ("gzip; q=0.0, br", False)],
)  # fmt: skip
def test_gzip_is_sent_to_who_names_it_and_does_not_refuse_it(said, accepted):
    headers = [(b"accept-encoding", said.encode())]
    assert accepts_gzip(Request({"type": "http", "headers": headers})) is accepted


@pytest.mark.parametrize(
    "path", ["/console/floor", "/console/queue", "/static/console.js", "/docs"]
)
def test_a_page_is_the_same_packed_and_plain(site, path):
    with httpx.Client(base_url=site.url) as client:
        plain = client.get(path, headers=PLAIN)
        with client.stream("GET", path, headers=SMALL) as answer:
            sent = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == answer.headers["vary"] == "Accept-Encoding"
    assert len(sent) == int(answer.headers["content-length"]) < len(plain.content) / 2
    if path.startswith("/console"):  # countdowns begin at the moment they were asked for
        assert len(gzip.decompress(sent)) == pytest.approx(len(plain.content), abs=100)
    else:
        assert gzip.decompress(sent) == plain.content


@pytest.mark.parametrize("path", ["/console/floor", "/static/console.css"])
def test_what_was_sent_packed_is_known_again_in_either_form(site, path):
    with httpx.Client(base_url=site.url) as client:
        tag = client.get(path, headers=SMALL).headers["etag"]
        again = [client.get(path, headers={**h, "If-None-Match": tag}) for h in (PLAIN, SMALL)]
    assert [(a.status_code, a.content, a.headers["etag"]) for a in again] == [(304, b"", tag)] * 2
    assert tag.startswith("W/")  # it stands for two forms of the body


def test_answers_of_the_api_are_sent_as_they_are(site):
    with httpx.Client(base_url=site.url) as client:
        assert "content-encoding" not in client.get("/v1/policy", headers=SMALL).headers
