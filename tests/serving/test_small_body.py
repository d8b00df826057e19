"""A small body is read by its shape; one that is not small is not read at all."""

import pytest

from serving.decisions.shapes import HandBackIn, OverrideIn
from serving.problems import Problem
from serving.small_body import MOST_BYTES, parsed


def refused(sent, shape=HandBackIn):
    with pytest.raises(Problem) as told:
        parsed(shape, sent)
    return told.value


def keys(number):
    return b"{" + b",".join(b'"%x":1' % each for each in range(number)) + b"}"


def test_what_somebody_may_want_at_most_is_small_however_it_is_written():
    longest = r"\ud83d\ude00"
    ids = dict.fromkeys(("ticket_id", "agent_id", "refresh_id"), longest * 200)
    sent = ",".join(
        f'"{name}":"{text}"' for name, text in (*ids.items(), ("reason", longest * 2000))
    )
    assert parsed(OverrideIn, f"{{{sent}}}".encode()).reason == "😀" * 2000


def test_a_large_one_is_refused_before_it_is_read():
    problem = refused(keys(MOST_BYTES))
    assert (problem.status, problem.code) == (413, "body-too-large")


def test_very_many_faults_are_one():
    problem = refused(keys(6900))
    assert (problem.status, [fault.pointer for fault in problem.errors]) == (422, [""])
    assert "more than 5,000" in problem.said.en
    assert "超过 5,000" in problem.said.zh


def test_what_is_no_json_is_told_apart():
    assert refused(b"{").status == 400
    assert refused(b"[]").status == 422
