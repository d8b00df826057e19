"""Fixtures that every room shares."""

import os
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

# Set before LightGBM loads: spinning OpenMP threads cost ten times on shared cores.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

# Times of examples vary with compilation and with the machine; they are not what is tested.
hypothesis.settings.register_profile("fendan", deadline=None)
hypothesis.settings.load_profile("fendan")

DATA = Path(os.environ.get("FENDAN_DATA") or Path(__file__).parents[1] / ".." / "shared" / "data")


@pytest.fixture(scope="session")
def real_log() -> Callable[[str], Path]:
    """The path of a real log by file name: needed in CI, skipped where it does not lie."""

    def path_of(name: str) -> Path:
        path = DATA / name
        if not path.exists():
            if os.environ.get("CI"):
                pytest.fail(f"the real log {name} must be present in CI (looked in {DATA})")
            pytest.skip(f"the real log {name} is not here; set FENDAN_DATA to its folder")
        return path

    return path_of
