"""Running the app: the port, the workers, and an end that finishes what was begun."""

from __future__ import annotations

import errno
import os
import socket
import tempfile
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from features.errors import FendanError
from serving.heads import BoundedHeads
from serving.settings import Settings
from serving.telemetry import WORKERS_FOLDER

_GRACE_SECONDS = 30
_BACKLOG = 1024
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
        reach: who is served, in words (`serving.reach`).

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
            workers=settings.workers,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_worker_healthcheck=_PATIENCE_SECONDS,
        )
        if settings.workers == 1:
            uvicorn.Server(config).run(sockets=[listener])
        else:
            _run_workers(config, listener)


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
