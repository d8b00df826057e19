"""`fendan key` and `fendan audit`, as ops type them."""

import pytest
from typer.testing import CliRunner

import fendan
from features.errors import FendanError


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("FENDAN_HOME", str(tmp_path))
    monkeypatch.setenv("FENDAN_STORE_URL", "")

    def call(*arguments, code=0):
        outcome = CliRunner().invoke(fendan.app, list(arguments))
        assert outcome.exit_code == code, outcome.output
        return outcome

    return call


def test_a_key_is_printed_alone_and_once(run):
    made = run(
        "key", "create", "erp", "--scope", "refresh", "--scope", "events", "--expires", "90d"
    )
    key = made.stdout.strip()
    assert made.stdout == key + "\n"
    assert key.startswith("fd_")
    assert "erp may events, refresh, until 20" in made.stderr
    listed = run("key", "list").stdout
    assert key[3:11] in listed
    assert "events,refresh  active (until 20" in listed
    assert key[12:] not in listed + made.stderr + run("audit").stdout


def test_a_key_of_an_agent_says_whose_it_is(run):
    made = run("key", "create", "li", "--scope", "work", "--scope", "read", "--agent", "A3")
    assert "li may read, work as agent A3, without an end" in made.stderr
    assert "li  read,work  agent A3  active" in run("key", "list").stdout


def test_a_revoked_key_stays_in_the_list_and_the_audit_says_who(run):
    run("key", "create", "erp", "--scope", "read")
    assert "erp is revoked since" in run("key", "revoke", "erp").stderr
    assert "read  revoked (since" in run("key", "list").stdout
    told = run("audit", "--limit", "5").stdout.splitlines()
    assert ["key.revoked" in told[0], "key.created" in told[1]] == [True, True]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create", "erp", "--scope", "root"), "give one or more of refresh"),
        (("create", "erp", "--scope", "read", "--expires", "0d"), "expires"),
        (("revoke", "erp"), "see `fendan key list`"),
    ],
)
def test_what_cannot_be_done_ends_with_1_and_says_why(run, arguments, words):
    told = run("key", *arguments, code=1).exception
    assert isinstance(told, FendanError)
    assert words in str(told)
    assert run("key", "list").stdout == run("audit").stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [("create", "erp"), ("create", "erp", "--scope", "read", "--expires", "soon"), ("revoke",)],
)
def test_a_command_asked_wrongly_ends_with_2(run, arguments):
    run("key", *arguments, code=2)
