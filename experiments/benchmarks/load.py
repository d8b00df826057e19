"""Load on a service: requests over keep-alive connections, timed in a process of their own.

Bare sockets: the client must cost little, or it is the client that is measured.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from experiments.benchmarks.timing import quantile


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked: a POST of each of the JSON bodies in turn."""

    host: str
    port: int
    path: str
    bodies: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: answers a second, and seconds to answer."""

    requests_per_second: float
    p50: float
    p99: float


def measure(target: Target, connections: int, seconds: float) -> Load:
    """Ask over so many connections for so long; a third of the time warms up first.

    Raises:
        RuntimeError: an answer was not 200.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(_measure, target, connections, seconds).result()


def send_once(target: Target, connections: int) -> Load:
    """Send every body once, shared between so many connections.

    Raises:
        RuntimeError: an answer was not 200.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(_send_once, target, connections).result()


def _send_once(target: Target, connections: int) -> Load:
    async def send() -> list[list[float]]:
        left = iter([_request(target, body) for body in target.bodies])
        return await asyncio.gather(*(_next(target, left) for _ in range(connections)))

    begun = time.perf_counter()
    took = [seconds for each in asyncio.run(send()) for seconds in each]
    wall = time.perf_counter() - begun
    return Load(len(took) / wall, quantile(took, 0.5), quantile(took, 0.99))


async def _next(target: Target, left: Iterator[bytes]) -> list[float]:
    reader, writer = await asyncio.open_connection(target.host, target.port)
    took = []
    for request in left:
        begun = time.perf_counter()
        writer.write(request)
        await _answer(reader)
        took.append(time.perf_counter() - begun)
    writer.close()
    return took


def _measure(target: Target, connections: int, seconds: float) -> Load:
    asyncio.run(_ask(target, connections, seconds / 3))
    begun = time.perf_counter()
    took = asyncio.run(_ask(target, connections, seconds))
    wall = time.perf_counter() - begun
    return Load(len(took) / wall, quantile(took, 0.5), quantile(took, 0.99))


async def _ask(target: Target, connections: int, seconds: float) -> list[float]:
    until = time.perf_counter() + seconds
    each = await asyncio.gather(*(_one(target, place, until) for place in range(connections)))
    return [took for some in each for took in some]


async def _one(target: Target, place: int, until: float) -> list[float]:
    requests = [_request(target, body) for body in target.bodies]
    reader, writer = await asyncio.open_connection(target.host, target.port)
    took = []
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(requests[place % len(requests)])
        await _answer(reader)
        took.append(time.perf_counter() - begun)
        place += 1
    writer.close()
    return took


def _request(target: Target, body: bytes) -> bytes:
    head = (
        f"POST {target.path} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    status, _, fields = head.partition(b"\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in fields.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    body = await reader.readexactly(length)
    if b" 200 " not in status:
        raise RuntimeError(f"{status.decode()}: {body[:500].decode(errors='replace')}")
    return body
