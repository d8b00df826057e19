"""Those who wait at the same moment are answered together."""

import asyncio
import threading

import pytest

from serving.together import MOST, Together


def upper(bodies):
    return [body.upper() for body in bodies]


def test_whoever_is_alone_is_answered_alone():
    batches = []

    async def life():
        return await Together(lambda bodies: batches.append(bodies) or upper(bodies)).ask(b"a")

    assert asyncio.run(life()) == b"A"
    assert batches == [[b"a"]]


def test_who_comes_in_the_same_turn_or_while_others_are_answered_is_answered_at_once():
    batches, begun, go_on = [], threading.Event(), threading.Event()

    def answer(bodies):
        batches.append(bodies)
        begun.set()
        assert go_on.wait(10)
        return upper(bodies)

    async def life():
        together = Together(answer)
        first = [asyncio.create_task(together.ask(body)) for body in (b"a", b"b")]
        await asyncio.to_thread(begun.wait, 10)
        later = [asyncio.create_task(together.ask(body)) for body in (b"c", b"d")]
        await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(*first, *later)

    assert asyncio.run(life()) == [b"A", b"B", b"C", b"D"]
    assert batches == [[b"a", b"b"], [b"c", b"d"]]


def test_a_fault_of_one_is_nobody_elses():
    def answer(bodies):
        return [ValueError(body) if body == b"bad" else body for body in bodies]

    async def life():
        together = Together(answer)
        asked = [together.ask(body) for body in (b"good", b"bad")]
        return await asyncio.gather(*asked, return_exceptions=True)

    good, bad = asyncio.run(life())
    assert (good, type(bad)) == (b"good", ValueError)


def test_where_nobody_can_be_answered_all_are_told_and_the_next_one_is_answered():
    broken = [True]

    def answer(bodies):
        if broken.pop():
            raise ValueError("no desk")
        return bodies

    async def life():
        together = Together(answer)
        with pytest.raises(ValueError, match="no desk"):
            await together.ask(b"a")
        broken.append(False)
        return await together.ask(b"b")

    assert asyncio.run(life()) == b"b"


def test_who_hangs_up_keeps_nobody_from_an_answer():
    go_on = threading.Event()

    def answer(bodies):
        assert go_on.wait(10)
        return bodies

    async def life():
        together = Together(answer)
        gone, stays = (asyncio.create_task(together.ask(body)) for body in (b"a", b"b"))
        await asyncio.sleep(0.01)
        gone.cancel()
        go_on.set()
        return await stays

    assert asyncio.run(life()) == b"b"


def test_no_batch_is_larger_than_the_most():
    sizes = []

    async def life():
        together = Together(lambda bodies: sizes.append(len(bodies)) or bodies)
        await asyncio.gather(*(together.ask(b"a") for _ in range(MOST + 1)))

    asyncio.run(life())
    assert sizes == [MOST, 1]
