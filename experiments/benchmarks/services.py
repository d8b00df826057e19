"""Services to measure, started for a benchmark and ended after it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from experiments.demo import CHAMPION, demo_environment, ensure_model, free_port, wait_until_ready
from features.errors import FendanError
from model.registry import Registry
from serving.settings import Settings

_PATIENCE_SECONDS = 180.0
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service listens on the loopback."""

    port: int
    host: str = "127.0.0.1"


def trained(own: Mapping[str, str]) -> dict[str, str]:
    """The demo's environment with its model in it (trained where missing), and `own` on top."""
    environment = {**demo_environment(os.environ, free_port()), **own}
    ensure_model(Registry.of(environment), lambda *_: None, _tell)
    return environment


@contextmanager
def fendan(
    environment: Mapping[str, str] | None = None, candidates: int | None = None
) -> Iterator[Settings]:
    """`fendan serve` on a free port; by default with the demo's model, trained where missing.

    `candidates` are the `candidates_per_ticket` of its policy, where not the default.
    """
    if environment is None:
        environment = trained({})
    own = {**environment, "FENDAN_PORT": str(free_port())}
    with tempfile.TemporaryDirectory() as folder:
        if candidates is not None:
            policy = Path(folder) / "policy.yaml"
            policy.write_text(f"name: benchmark\ncandidates_per_ticket: {candidates}\n")
            own["FENDAN_POLICY"] = str(policy)
        with _running([sys.executable, "-c", "import fendan; fendan.main()", "serve"], own):
            settings = Settings.from_env(own)
            wait_until_ready(settings, _PATIENCE_SECONDS)
            yield settings


@contextmanager
def mlflow(environment: Mapping[str, str]) -> Iterator[Address]:
    """`mlflow models serve` of the champion in the environment's registry, one worker."""
    registry = Registry.of(environment)
    address = Address(free_port())
    programs = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    own = {**environment, "MLFLOW_TRACKING_URI": registry.uri, "PATH": programs}
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local"]
    where = ["--host", address.host, "--port", str(address.port), "--workers", "1"]
    with _running([*command, "--model-uri", CHAMPION, *where], own):
        _wait(f"http://{address.host}:{address.port}/ping")
        yield address


_BENTO = f"""
import bentoml, mlflow, pandas

@bentoml.service(workers=1)
class Risk:
    def __init__(self):
        self.model = mlflow.pyfunc.load_model("{CHAMPION}")

    @bentoml.api(route="/predict")
    def predict(self, rows: list) -> list:
        return self.model.predict(pandas.DataFrame(rows)).to_dict(orient="records")
"""


@contextmanager
def bentoml(environment: Mapping[str, str]) -> Iterator[Address]:
    """BentoML with the same champion and one worker, in an environment that uv makes for it.

    Raises:
        FendanError: uv is not installed.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise FendanError(
            "BentoML is not a library of this project, and uv, which would bring it, is missing",
            where="--bentoml",
            remedy="install uv, or leave it out",
        )
    registry, address = Registry.of(environment), Address(free_port())
    own = {
        **environment,
        "MLFLOW_TRACKING_URI": registry.uri,
        "PYTHONPATH": str(_ROOT),
        "UV_PROJECT_ENVIRONMENT": sys.prefix,
        "BENTOML_DO_NOT_TRACK": "True",
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "service.py").write_text(_BENTO)
        command = [uv, "run", "--project", str(_ROOT), "--no-sync", "--with", "bentoml"]
        what = ["bentoml", "serve", "service:Risk", "--working-dir", folder]
        where = ["--host", address.host, "--port", str(address.port)]
        with _running([*command, *what, *where], own):
            _wait(f"http://{address.host}:{address.port}/readyz")
            yield address


@contextmanager
def _running(command: list[str], environment: Mapping[str, str]) -> Iterator[None]:
    """A service and the processes that it starts, which have to end with it."""
    process = subprocess.Popen(
        command, env=dict(environment), stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _wait(url: str) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # loopback
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


def _tell(line: str) -> None:
    print(line, file=sys.stderr)
