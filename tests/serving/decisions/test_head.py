"""The moment of a stored answer, read from its first bytes."""

import random
import zlib
from datetime import datetime

import pytest

from features.errors import StoreError
from serving.decisions.head import moment_of_head

BEGUN = b'{"refresh_id":"r1","as_of":"2026-03-02T10:05:00+08:00","assignments":"'
LONG = "".join(random.Random(1).choices("0123456789abcdef", k=20_000)).encode()


def test_the_first_bytes_of_a_long_answer_tell_its_moment():
    head = zlib.compress(BEGUN + LONG + b'"}')[:600]
    assert moment_of_head(head, 1) == datetime.fromisoformat("2026-03-02T10:05:00+08:00")


@pytest.mark.parametrize(
    "head",
    [
        zlib.compress(b'{"as_of":"2026-03-02'),
        zlib.compress(b'{"as_of":"once"'),
        zlib.compress(b"{}"),
        b"no packed bytes",
        b"",
    ],
)
def test_an_answer_that_does_not_begin_with_its_moment_is_told_by_its_number(head):
    with pytest.raises(StoreError, match="does not begin with its moment") as told:
        moment_of_head(head, 7)
    assert "decision number 7" in str(told.value)
