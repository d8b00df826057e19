"""Whatever a ticket system sends, every page says something: no 500, no markup of somebody else."""

from html.parser import HTMLParser
from itertools import cycle

import pytest
from fastapi.testclient import TestClient

from model.policy import Policy
from serving.app import create_app
from serving.settings import Settings
from tests.model.desks import FakeDesk
from tests.serving.builders import body, ticket

PAGES = (
    "floor", "floor?page=2&sort=agent&q={id}&team={id}&agent={id}",
    "floor?alert=nonsense&sort={id}&page={id}", "floor?page=999999&sort=due",
    "queue", "queue?agent=A7&rows=all", "queue?agent={id}", "ticket", "ticket?id={id}",
    "ticket?id={id}&rules=all", "pulse", "pulse?days=999999&by=year", "pulse?team={id}",
    "policy", "policy?one=0&other=²", "policy?one=1&other=999999999999999",
    "model", "model?version=999999999", "model?version=٣",
)  # fmt: skip
MARKUP = "\"><script>alert(1)</script><img src=x onerror='alert(1)'>"
ODD_IDS = {
    "markup": MARKUP,
    "an address": "javascript:alert(1)//../../..?&#%00%2e",
    "right to left": "\u202e票\u200f\u2028{view}%s",
    "an attribute": "' autofocus onfocus='alert(1)",
    "a path": "../../v1/keys",
    "long": "票" * 200,
    "one space": " ",
}


def odd(name: str) -> dict:
    """A desk where everything that may be a name is this one."""
    agent = {"agent_id": name, "status": "busy", "team": name, "skills": [name]}
    return body(
        ticket(
            name, category=name, subcategory=name, region=name, channel=name, text=name,
            customer_id=name, customer_level=name, agent_id=name,
        ),
        ticket("T2", category=name, agent_id=name),
        agents=[agent, {"agent_id": "A7", "status": "available", "team": name}],
    )  # fmt: skip


def happened(name: str):
    """The life of a late ticket, where everything that may be a name is this one."""
    about = {"customer_id": name, "category": name, "region": name, "channel": name, "text": name}
    lives = {
        "ticket.created": about | {"due_at": "2026-03-01T08:30:00+08:00"},
        "ticket.assigned": {"agent_id": name},
        "ticket.escalated": {"attributes": {"to": name}},
        "ticket.closed": {},
    }
    for minute, (kind, more) in enumerate(lives.items()):
        time = f"2026-03-01T09:{minute:02}:00+08:00"
        yield {"event_id": kind, "time": time, "type": kind, "ticket_id": name, **more}


AT = "2026-03-02T10:05:00+08:00"
DESKS = {
    "nothing": body() | {"tickets": [], "agents": []},
    "no agents": body() | {"agents": []},
    "agents alone": body() | {"tickets": []},
    "one id twice": body(ticket("T1"), ticket("T1", category="quality")),
    "impossible tickets": body(
        ticket("T1", due_at="2026-02-01T00:00:00+08:00"), ticket("T2"), ticket("T3")
    ),
    "made at this moment": body(ticket("T1", created_at=AT, due_at=AT), ticket("T2")),
    "an agent nobody knows": body(ticket("T1", agent_id="A99"), ticket("T2", agent_id="A99")),
    "every state": body(
        *(
            ticket(f"T{n}", agent_id="A3", state_since=AT) | {"state": state}
            for n, state in enumerate(
                ("paused", "waiting_customer", "internal_collaboration", "returned", "reopened"), 1
            )
        )
    ),
    "no room and no hours": body(
        ticket("T1", agent_id="A3"),
        agents=[
            {"agent_id": "A3", "status": "away", "capacity": 0, "availability": []},
            {"agent_id": "A7", "status": "offline", "availability": [{"start": AT, "end": AT}]},
        ],
    ),
    "ends of time": body(
        ticket("T1", created_at="1970-01-01T00:00:00Z", due_at="2199-12-31T23:59:59+14:00"),
        ticket("T2", created_at="2026-03-01T09:00:00-12:00"),
    ),
}


@pytest.fixture
def client(tmp_path):
    """A service that plans by the hard rules, with risks that are always the same."""
    desk = FakeDesk(Policy("default", version=7))
    app = create_app(Settings.from_env({"FENDAN_HOME": str(tmp_path)}), lambda: desk)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as opened:
        yield opened


class Read(HTMLParser):
    """What a browser would run: scripts with their addresses, handlers, addresses of links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts, self.wrong = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "script":
            self.scripts.append(told.get("src"))
        self.wrong += [name for name in told if name.startswith("on") or name == "style"]
        if tag == "img" and told.get("src") != "/static/icon.svg":
            self.wrong.append(f"img {told}")
        for name in ("href", "action", "src"):
            to = told.get(name) or "/"
            if tag in ("style", "iframe", "base") or not to.startswith(("/", "?", "#")):
                self.wrong.append(f"{tag} {name}={to}")
            if to.startswith("//"):
                self.wrong.append(to)


def look(client, ticket_id):
    """Every page, in the two languages by turns; ids as the links write them."""
    for page, language in zip(PAGES, cycle(("en", "zh")), strict=False):
        path, _, query = page.partition("?")
        pairs = [pair.split("=") for pair in query.split("&") if pair]
        params = {name: value.replace("{id}", ticket_id) for name, value in pairs}
        sent = {"Accept": "text/html", "Accept-Language": language}
        yield page, client.get(f"/console/{path}", params=params, headers=sent)


def check(page, answer):
    assert answer.status_code in (200, 404), (page, answer.text)
    read = Read(answer.text)
    assert read.wrong == [], page
    assert all(src.startswith("/static/") for src in read.scripts), page
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "Traceback" not in answer.text
    assert " object at 0x" not in answer.text


@pytest.mark.parametrize("desk", [pytest.param(sent, id=name) for name, sent in DESKS.items()])
def test_every_page_has_words_for_an_odd_desk(client, desk):
    assert client.post("/v1/refresh", json=desk).status_code == 200
    for page, answer in look(client, "T1"):
        check(page, answer)


@pytest.mark.parametrize("name", [pytest.param(each, id=kind) for kind, each in ODD_IDS.items()])
def test_no_name_becomes_markup_an_address_or_a_handler(client, name):
    sent = client.post("/v1/refresh", json=odd(name))
    assert sent.status_code == 200, sent.text
    told = client.post("/v1/events", json=list(happened(name))).json()
    assert told["accepted"] == 4, told
    choice = {"ticket_id": name, "agent_id": "A7", "reason": name + "."}
    client.post("/v1/overrides", json=choice)
    for page, answer in look(client, name):
        check(page, answer)


def test_every_page_has_words_before_the_first_refresh(client):
    for page, answer in look(client, "T1"):
        check(page, answer)


def test_a_desk_that_goes_back_in_time_is_shown_as_it_is_now(client):
    for at in ("2026-03-02T10:05:00+08:00", "2026-03-01T10:05:00+08:00"):
        assert client.post("/v1/refresh", json=body(as_of=at)).status_code == 200
    for page, answer in look(client, "T1"):
        check(page, answer)
    assert "03-01 10:05" in client.get("/console/floor").text
