"""Fixtures that every room shares."""

import os
import shutil
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


def pytest_configure(config: pytest.Config) -> None:
    """Hide one notice: Starlette wants a successor of httpx that FastAPI does not ask for yet."""
    config.addinivalue_line("filterwarnings", "ignore:Using `httpx` with `starlette.testclient`")


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


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow store with its tables and nothing in them: `mlflow.db`, to be copied into a home.

    MLflow needs seconds to make one, so all processes of a run share the first that is ready.
    """
    from model.registry import Registry

    base = tmp_path_factory.getbasetemp()
    together = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    store = together / "empty-store" / "mlflow.db"
    if not store.exists():
        made = tmp_path_factory.mktemp("store")
        assert Registry.of({"FENDAN_HOME": str(made)}).versions() == ()
        store.parent.mkdir(exist_ok=True)
        shutil.copy(made / "mlflow.db", made / "whole.db")
        (made / "whole.db").replace(store)  # at once: another process never sees half of it
    return store
