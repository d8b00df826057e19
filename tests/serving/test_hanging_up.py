"""A turn is one caller's while they wait; who hangs up gives it back."""

import asyncio
import threading

import pytest
from starlette.requests import Request

from serving.hanging_up import OneCaller


class Caller:
    """Sent its body long ago; `hangs_up` is all that still comes from it."""

    def __init__(self):
        self._gone = asyncio.Event()
        self.request = Request({"type": "http"}, self._receive)
        self.late = [{"type": "http.request", "body": b"", "more_body": False}]

    def hangs_up(self):
        self._gone.set()

    async def _receive(self):
        if self.late:
            return self.late.pop()
        await self._gone.wait()
        return {"type": "http.disconnect"}


def until_gone(gone):
    return gone.wait(20)


def test_what_is_done_for_who_waits_is_given_to_them():
    async def asked():
        turn = OneCaller()
        found = await turn.does(Caller().request, lambda gone: gone.is_set())
        return found, turn.is_busy

    assert asyncio.run(asked()) == (False, False)


def test_the_work_is_told_when_its_caller_hangs_up_and_the_next_is_let_in():
    async def asked():
        turn, one, other = OneCaller(), Caller(), Caller()
        begun = threading.Event()

        def work(gone):
            begun.set()
            return until_gone(gone)

        first = asyncio.create_task(turn.does(one.request, work))
        await asyncio.to_thread(begun.wait, 20)
        busy = turn.is_busy
        one.hangs_up()
        told = await first
        return busy, told, turn.is_busy, await turn.does(other.request, lambda _: "next")

    assert asyncio.run(asked()) == (True, True, False, "next")


def test_the_turn_is_free_for_the_next_as_soon_as_its_caller_is_gone():
    async def asked():
        turn, one = OneCaller(), Caller()
        held, begun = threading.Event(), threading.Event()

        def slow_to_end(gone):
            begun.set()
            until_gone(gone)
            return held.wait(20)

        first = asyncio.create_task(turn.does(one.request, slow_to_end))
        await asyncio.to_thread(begun.wait, 20)
        one.hangs_up()
        next_one = asyncio.create_task(turn.does(Caller().request, lambda _: "next"))
        while turn.is_busy:
            await asyncio.sleep(0)
        waiting = not next_one.done()  # in line, not refused
        held.set()
        return waiting, await first, await next_one

    assert asyncio.run(asked()) == (True, True, "next")


def test_work_does_not_outlive_a_request_that_is_ended():
    async def asked():
        turn, ended = OneCaller(), threading.Event()
        begun = threading.Event()

        def work(gone):
            begun.set()
            until_gone(gone)
            ended.set()

        task = asyncio.create_task(turn.does(Caller().request, work))
        await asyncio.to_thread(begun.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await asyncio.to_thread(ended.wait, 20)

    assert asyncio.run(asked())


def test_what_is_refused_is_passed_on():
    def refuse(_gone):
        raise LookupError

    with pytest.raises(LookupError):
        asyncio.run(_refused(refuse))


async def _refused(work):
    await OneCaller().does(Caller().request, work)
