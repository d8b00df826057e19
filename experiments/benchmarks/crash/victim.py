"""The service that is killed: two workers and their master, one process group."""

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
class Victim:
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
