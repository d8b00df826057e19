"""The two clients: one blocks, one awaits. Methods are functions of `calls` and `ops_calls`."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import anyio
import httpx

from serving.client import calls, ops_calls
from serving.client.address import Address
from serving.client.exchange import Call, Outcome, Pause, Retries, Try, exchange

T = TypeVar("T")
P = ParamSpec("P")
LOCAL = "http://127.0.0.1:8000"


def _blocking(call: Callable[P, Call[T]]) -> Callable[Concatenate[Fendan, P], T]:
    @wraps(call)
    def method(client: Fendan, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return client.ask(call(*args, **kwargs))

    return method


def _awaited(call: Callable[P, Call[T]]) -> Callable[Concatenate[AsyncFendan, P], Awaitable[T]]:
    @wraps(call)
    async def method(client: AsyncFendan, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await client.ask(call(*args, **kwargs))

    return method


class Fendan:
    """A client that blocks; threads may share it. Close it, or use it with `with`.

    Args:
        base_url: where the service is: `https://…`, or `http://…` on this machine.
        key: the API key or token; `FENDAN_API_KEY` where it is not given.
        retries: how long to go on trying.
        plain: send the key over `http://` to other machines all the same.
        transport: of httpx, for tests and special networks.

    Every method takes what the function of `serving.client.calls` or `ops_calls` with its name
    takes, and raises `FendanProblem` where the service refuses, `UnreachableError` where it does
    not answer, and `StrangeAnswerError` where the answer is not of the published shape.

    >>> Fendan("http://desk.example", key="secret")
    Traceback (most recent call last):
    features.errors.FendanError: the key would cross the network in clear (http://desk.example); \
use https, or say plain=True where the network is your own
    """

    def __init__(
        self,
        base_url: str = LOCAL,
        key: str | None = None,
        *,
        retries: Retries | None = None,
        plain: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        address = Address.checked(base_url, _key(key, os.environ), plain=plain)
        self._retries = retries or Retries()
        self._http = httpx.Client(
            base_url=address.url,
            headers=address.headers,
            trust_env=not address.local,
            transport=transport,
        )

    refresh = _blocking(calls.refresh)
    score = _blocking(calls.score)
    send_events = _blocking(calls.send_events)
    forget = _blocking(calls.forget)
    decision = _blocking(calls.decision)
    decisions = _blocking(calls.decisions)
    replay = _blocking(calls.replay)
    override = _blocking(calls.override)
    hand_back = _blocking(calls.hand_back)
    try_move = _blocking(calls.try_move)
    overrides = _blocking(calls.overrides)
    end_override = _blocking(calls.end_override)
    status = _blocking(calls.status)
    link = _blocking(calls.link)
    end_links = _blocking(calls.end_links)
    policy = _blocking(ops_calls.policy)
    put_policy = _blocking(ops_calls.put_policy)
    preview = _blocking(ops_calls.preview)
    policy_versions = _blocking(ops_calls.policy_versions)
    policy_version = _blocking(ops_calls.policy_version)
    release = _blocking(ops_calls.release)
    rollback = _blocking(ops_calls.rollback)
    model = _blocking(ops_calls.model)
    promote = _blocking(ops_calls.promote)
    rollback_model = _blocking(ops_calls.rollback_model)
    similar = _blocking(calls.similar)
    ready = _blocking(calls.ready)

    def ask(self, call: Call[T]) -> T:
        """The answer to any call, tried as often as `retries` allow."""
        steps = exchange(call, self._retries)
        outcome: Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                answer: T = end.value
                return answer
            outcome = self._done(call, step)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _done(self, call: Call[T], step: Try | Pause) -> Outcome:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return None
        try:
            return self._http.send(_request(self._http, call, step))
        except httpx.RequestError as error:
            return error


class AsyncFendan:
    """`Fendan` for `async` programs (asyncio or trio): the same arguments, methods and errors."""

    def __init__(
        self,
        base_url: str = LOCAL,
        key: str | None = None,
        *,
        retries: Retries | None = None,
        plain: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        address = Address.checked(base_url, _key(key, os.environ), plain=plain)
        self._retries = retries or Retries()
        self._http = httpx.AsyncClient(
            base_url=address.url,
            headers=address.headers,
            trust_env=not address.local,
            transport=transport,
        )

    refresh = _awaited(calls.refresh)
    score = _awaited(calls.score)
    send_events = _awaited(calls.send_events)
    forget = _awaited(calls.forget)
    decision = _awaited(calls.decision)
    decisions = _awaited(calls.decisions)
    replay = _awaited(calls.replay)
    override = _awaited(calls.override)
    hand_back = _awaited(calls.hand_back)
    try_move = _awaited(calls.try_move)
    overrides = _awaited(calls.overrides)
    end_override = _awaited(calls.end_override)
    status = _awaited(calls.status)
    link = _awaited(calls.link)
    end_links = _awaited(calls.end_links)
    policy = _awaited(ops_calls.policy)
    put_policy = _awaited(ops_calls.put_policy)
    preview = _awaited(ops_calls.preview)
    policy_versions = _awaited(ops_calls.policy_versions)
    policy_version = _awaited(ops_calls.policy_version)
    release = _awaited(ops_calls.release)
    rollback = _awaited(ops_calls.rollback)
    model = _awaited(ops_calls.model)
    promote = _awaited(ops_calls.promote)
    rollback_model = _awaited(ops_calls.rollback_model)
    similar = _awaited(calls.similar)
    ready = _awaited(calls.ready)

    async def ask(self, call: Call[T]) -> T:
        """The answer to any call, tried as often as `retries` allow."""
        steps = exchange(call, self._retries)
        outcome: Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                answer: T = end.value
                return answer
            outcome = await self._done(call, step)

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _done(self, call: Call[T], step: Try | Pause) -> Outcome:
        if isinstance(step, Pause):
            await anyio.sleep(step.seconds)
            return None
        try:
            return await self._http.send(_request(self._http, call, step))
        except httpx.RequestError as error:
            return error


def _key(given: str | None, environment: Mapping[str, str]) -> str | None:
    return environment.get("FENDAN_API_KEY") if given is None else given


def _request(http: httpx.Client | httpx.AsyncClient, call: Call[Any], step: Try) -> httpx.Request:
    return http.build_request(
        call.method,
        call.path,
        params=call.query or None,
        content=call.body,
        headers=call.headers,
        timeout=step.seconds,
    )
