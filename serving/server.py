"""Running the app: the port, the workers, and an end that finishes what was begun."""

from __future__ import annotations

import errno
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from features.errors import FendanError
from serving.access.heads import BoundedHeads
from serving.settings import Settings
from serving.telemetry import WORKERS_FOLDER

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

_GRACE_SECONDS = 30
_BACKLOG = 1024
"""Connections that the system takes for us while every worker is busy accepting."""
_CONNECTIONS = 4096
"""Open connections of a worker, idle ones too; the next is told 503. Requests are bounded before
(`serving.waiting`): this one bounds callers who only hold the line."""
_SPARE_FILES = 128
# uvicorn kills a worker that does not answer it for so long; loading libraries and model counts.
_PATIENCE_SECONDS = 120


def run(
    settings: Settings, build: Callable[[], FastAPI], announce: Callable[[str], None], reach: str
) -> None:
    """Serve until told to stop (SIGINT, SIGTERM); requests under way are answered first.

    Args:
        settings: where to listen, with how many workers.
        build: makes the app in each worker; with more than one it crosses to other processes,
            so it must be picklable: a function of a module, or `functools.partial` of one.
        announce: told once where the service is, when the port is taken.
        reach: who is served, in words (`serving.access.reach`).

    Raises:
        FendanError: the port cannot be had.
    """
    listener = bind(settings.host, settings.port)
    with listener:
        announce(greeting(settings, listener.getsockname()[1], reach))
        config = uvicorn.Config(
            build,
            factory=True,
            http=BoundedHeads,
            ws="none",
            backlog=_BACKLOG,
            limit_concurrency=_connections(),
            workers=settings.workers,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_worker_healthcheck=_PATIENCE_SECONDS,
        )
        with _ending_well():
            if settings.workers == 1:
                uvicorn.Server(config).run(sockets=[listener])
            else:
                _run_workers(config, listener)


@contextmanager
def _ending_well() -> Iterator[None]:
    """Being told to stop and stopping in good order is no failure: the exit code is 0.

    uvicorn sends itself the signal once more when all is done, for whoever handled it before.
    """
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _connections() -> int:
    """As many as the system's limit of open files leaves room for."""
    if resource is None:
        return _CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + _SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return (
        _CONNECTIONS if soft == resource.RLIM_INFINITY else min(_CONNECTIONS, soft - _SPARE_FILES)
    )


def _run_workers(config: uvicorn.Config, listener: socket.socket) -> None:
    """Several processes; their counts meet in a folder that goes when they do."""
    with tempfile.TemporaryDirectory(prefix="fendan-metrics-") as counts:
        os.environ[WORKERS_FOLDER] = counts
        Multiprocess(config, sockets=[listener]).run()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one.

    Raises:
        FendanError: the port is in use or not allowed, or the address is not this machine's.
    """
    where = f"{host}:{port}"
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        # with the protocol named: of any other socket asyncio leaves Nagle's algorithm on, and an
        # answer's body then waits 40 ms for the caller to acknowledge its head
        listener = socket.socket(found[0], found[1], socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(found[4])
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise _cannot_bind(error, where) from None
    listener.setblocking(False)
    listener.set_inheritable(True)
    return listener


def greeting(settings: Settings, port: int, reach: str) -> str:
    """Where the service is and who may reach it."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"Fendan answers at http://{host}:{port}/ ({reach})"


def _cannot_bind(error: OSError, where: str) -> FendanError:
    if error.errno == errno.EADDRINUSE:
        return FendanError(
            "the port is in use",
            where=where,
            remedy="stop what listens there, or choose another with --port or FENDAN_PORT",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return FendanError("this port is not allowed", where=where, remedy="choose one above 1023")
    return FendanError(
        f"cannot listen here ({error.strerror or error})",
        where=where,
        remedy="use an address of this machine: --host 127.0.0.1",
    )
