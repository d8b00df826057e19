"""A PostgreSQL of one's own in a temporary folder, to be crashed without hurting anybody."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from experiments.demo import free_port
from features.errors import FendanError

_NOBODY = "postgres"  # who owns the cluster where root runs this: root may not


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster in `folder`; `url` leads to its database."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """What FENDAN_STORE_URL takes."""
        return f"postgresql://fendan@127.0.0.1:{self.port}/postgres"

    def crash(self) -> None:
        """Stop as in a power cut, and start again: the write-ahead log is played back."""
        self._control("-m", "immediate", "restart")

    def start(self) -> None:
        """Start it."""
        self._control("start")

    def stop(self) -> None:
        """End it; what it holds goes with its folder."""
        self._control("-m", "immediate", "stop")

    def _control(self, *words: str) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder}"
        where = ["-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-o", options]
        _run([str(self.programs / "pg_ctl"), "-s", "-w", *where, *words])


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A new cluster below `folder`, on a free port of the loopback, ended afterwards.

    Raises:
        FendanError: PostgreSQL's programs are not installed, or fail.
    """
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, _NOBODY)
    made = Cluster(_programs(), folder, free_port())
    create = ["--auth=trust", "--username=fendan", "--encoding=UTF8", "--no-instructions"]
    _run([str(made.programs / "initdb"), *create, "-D", str(folder / "data")])
    made.start()
    try:
        yield made
    finally:
        made.stop()


def _programs() -> Path:
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    found = shutil.which("pg_ctl")
    if found is None and not known:
        raise FendanError(
            "PostgreSQL's server is not installed here",
            where="pg_ctl",
            remedy="install it, or use --store sqlite",
        )
    return known[-1] if found is None else Path(found).resolve().parent


def _run(command: list[str]) -> None:
    """Run to its end, as an unprivileged user: root may not."""
    user = _NOBODY if os.geteuid() == 0 else None
    # To a file that nobody reads: the server would keep a pipe open that `run` waits for.
    ended = subprocess.run(
        command, user=user, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd="/",
    )  # fmt: skip
    if ended.returncode:
        raise FendanError(f"{command[0]} ended with {ended.returncode}", where=" ".join(command))
