"""A service and its workers as one process group: to be killed, or watched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from experiments.demo import wait_until_ready
from serving.settings import Settings

_PATIENCE_SECONDS = 120.0


@dataclass(slots=True)
class Served:
    """`fendan serve` in an environment; it says its words into `log`."""

    environment: Mapping[str, str]
    log: Path
    settings: Settings = field(init=False)
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.settings = Settings.from_env(self.environment)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.settings.host}:{self.settings.port}"

    def start(self) -> None:
        """Start it, and come back when it says that it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", "import fendan; fendan.main()", "serve"],
                env=dict(self.environment),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until_ready(self.settings, _PATIENCE_SECONDS)

    def workers(self) -> list[int]:
        """The process ids of its workers, or its own where it has none. Linux only."""
        assert self._process is not None, "not started"
        master = self._process.pid
        told = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return [pid for pid in map(int, told) if _is_worker(pid)] or [master]

    def kill(self) -> None:
        """`kill -9` of the whole group, master and workers in the same moment."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, as an operator does."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, how)
            self._process.wait(60)
            self._process = None


def resident_mib(pid: int) -> float:
    """The memory that a process holds now, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _is_worker(pid: int) -> bool:
    """Not Python's own helper that keeps count of shared resources."""
    return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
