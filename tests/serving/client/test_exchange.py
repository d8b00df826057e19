"""The rules of retrying, driven by hand on a clock that never waits."""

import httpx
import pytest

from features.errors import FendanError
from serving.client.exchange import Call, Pause, Retries, Try, exchange
from serving.client.problem import FendanProblem, UnreachableError


class Course:
    """A call driven by hand on a clock of its own: what it asked for, step by step."""

    def __init__(self, call: Call, retries: Retries) -> None:
        self.now = 0.0
        self.steps = exchange(call, retries, lambda: self.now)

    def run(self, *outcomes: httpx.Response | httpx.RequestError) -> list[float]:
        """The pauses, while these come of the tries; ends with the call or raises its failure."""
        pauses, left = [], iter(outcomes)
        step = next(self.steps)
        while True:
            if isinstance(step, Pause):
                pauses.append(step.seconds)
                self.now += step.seconds
            try:
                step = self.steps.send(next(left) if isinstance(step, Try) else None)
            except StopIteration:
                return pauses


DOUBLING = Retries(within_seconds=100, first_seconds=1, most_seconds=4, seed=1)
LOST = httpx.ReadError("cut", request=httpx.Request("POST", "http://127.0.0.1/v1/score"))
ANSWER = httpx.Response(200)
CALL = Call("POST", "/v1/score", lambda response: response.status_code)


def test_pauses_double_up_to_the_longest_and_are_the_same_for_one_seed():
    pauses = Course(CALL, DOUBLING).run(*[LOST] * 5, ANSWER)
    assert pauses == Course(CALL, DOUBLING).run(*[LOST] * 5, ANSWER)
    for pause, most in zip(pauses, (1, 2, 4, 4, 4), strict=True):
        assert most / 2 <= pause <= most


def test_retry_after_is_honoured_in_seconds_and_as_a_date():
    asks = [httpx.Response(503, headers={"Retry-After": said})
            for said in ("9", "Fri, 01 Jan 2100 00:00:00 GMT", "soon", "-3")]  # fmt: skip
    assert Course(CALL, DOUBLING).run(asks[0], ANSWER) == [9.0]
    for said in asks[2:]:
        assert Course(CALL, DOUBLING).run(said, ANSWER)[0] <= 1
    with pytest.raises(FendanProblem, match="503"):  # longer than there is patience
        Course(CALL, DOUBLING).run(asks[1], ANSWER)


def test_no_try_begins_after_the_time_is_up():
    course = Course(CALL, Retries(within_seconds=10, first_seconds=1, most_seconds=4))
    with pytest.raises(UnreachableError, match=r"ReadError: cut.*up to 10 s"):
        course.run(*[LOST] * 50)
    assert course.now < 10


def test_tries_can_be_counted_and_one_try_has_all_its_time():
    with pytest.raises(UnreachableError):
        Course(CALL, Retries(tries=1)).run(LOST)
    assert len(Course(CALL, Retries(tries=2)).run(LOST, ANSWER)) == 1
    assert next(Course(CALL, Retries(tries=1)).steps) == Try(30)


def test_a_try_waits_no_longer_than_there_is_time_left():
    course = Course(CALL, Retries(within_seconds=10, try_seconds=30))
    assert next(course.steps) == Try(10)


@pytest.mark.parametrize(("outcome", "again"), [
    (httpx.ConnectError("refused"), True), (httpx.Response(429), True),
    (LOST, False), (httpx.ReadTimeout("slow", request=LOST.request), False),
    (httpx.Response(503), False),
])  # fmt: skip
def test_what_may_not_be_done_twice_is_repeated_only_if_it_was_never_begun(outcome, again):
    call = Call("POST", "/x", lambda response: response.status_code, repeatable=False)
    if again:
        assert len(Course(call, DOUBLING).run(outcome, httpx.Response(200))) == 1
    else:
        with pytest.raises(FendanError):
            Course(call, DOUBLING).run(outcome)


def test_retries_that_make_no_sense_are_refused():
    for wrong in ({"first_seconds": 9}, {"within_seconds": 0}, {"try_seconds": 0}, {"tries": 0}):
        with pytest.raises(FendanError, match="make no sense"):
            Retries(**wrong)
