"""The MLflow store behind the registry: where it is, and how its faults are told.

MLflow is loaded on first use. By default everything lies in `FENDAN_HOME`: `mlflow.db` (SQLite)
and `mlartifacts`. With `MLFLOW_TRACKING_URI` set, a server keeps both.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from features.errors import ModelError
from model.lock import MAKING, held
from model.registry.address import told, without_secrets

NAME: Final = "fendan-risk"
CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"
DEFAULT_URI: Final = f"models:/{NAME}@{CHAMPION}"
EXPERIMENT: Final = "fendan"

_MADE: Final[set[str]] = set()
"""Stores whose tables this process has seen."""

Untyped = Any
"""MLflow and its objects: it has no types to follow."""


class DownError(Exception):
    """The registry does not answer."""


@dataclass(frozen=True, slots=True)
class Store:
    """One tracking store and model registry, and the cache in `home`."""

    uri: str
    home: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """The store that `MLFLOW_TRACKING_URI` and `FENDAN_HOME` name, or the defaults."""
        home = Path(environment.get("FENDAN_HOME") or Path.home() / ".fendan").absolute()
        uri = environment.get("MLFLOW_TRACKING_URI") or f"sqlite:///{home / 'mlflow.db'}"
        return cls(uri, home)

    @property
    def shown(self) -> str:
        """The address as it may be told: pages, logs and `/readyz` repeat it."""
        return without_secrets(self.uri)

    def connect(self) -> Untyped:
        """MLflow, set on this store.

        Raises:
            ModelError: there is no folder `home`, and none can be made.
        """
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ModelError(
                f"the folder cannot be made: {error.strerror}",
                where=str(self.home),
                remedy="point FENDAN_HOME to a folder that can be written",
            ) from error
        mlflow = _mlflow()
        mlflow.set_tracking_uri(self.uri)
        mlflow.set_registry_uri(self.uri)
        return mlflow

    @contextmanager
    def asking(self, missing: ModelError | None = None) -> Iterator[Untyped]:
        """MLflow, its faults told in our words: `missing` for what is not there.

        Raises:
            ModelError: the registry cannot be used, or `missing`.
        """
        mlflow = self.connect()
        try:
            self.make(mlflow)
            yield mlflow
        except faults(mlflow) as error:
            if missing is not None and is_missing(error):
                raise missing from error
            raise self.unreachable(error) from error

    def make(self, mlflow: Untyped) -> None:
        """Let one process at a time make a file's tables: MLflow itself does not see to that.

        Raises what MLflow raises of a store that cannot be opened (`faults`).
        """
        is_file = self.uri.startswith("sqlite:") and os.access(self.home, os.W_OK)
        if self.uri in _MADE or not is_file:
            return
        with held(self.home / MAKING):
            mlflow.MlflowClient().search_experiments(max_results=1)
        _MADE.add(self.uri)

    def unreachable(self, error: Exception) -> ModelError:
        """The error that says that the registry cannot be used, with MLflow's first line."""
        words = str(error).strip().splitlines() or [type(error).__name__]
        return ModelError(
            f"the model registry cannot be used: {told(words[0])[:200]}",
            where=self.shown,
            remedy="check MLFLOW_TRACKING_URI, and that its server is up or its file not locked",
        )

    def no_version(self, number: int) -> ModelError:
        """The error that says that there is no such version."""
        return ModelError(
            f"{NAME} has no version {number}",
            where=self.shown,
            remedy="`fendan model list` shows the versions there are",
        )


def faults(mlflow: Untyped) -> tuple[type[Exception], ...]:
    """What MLflow raises: exceptions of its own, and of a database that it lets through."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  # loaded with MLflow, as late

    return (mlflow.exceptions.MlflowException, SQLAlchemyError)


def hush(mlflow: Untyped) -> None:
    """No reports of progress among ours; MLflow's faults come as exceptions all the same."""
    mlflow.utils.logging_utils.disable_logging()
    logging.getLogger("mlflow").setLevel(logging.ERROR)


def is_missing(error: Untyped) -> bool:
    """Whether MLflow says that what was asked for does not exist."""
    code = getattr(error, "error_code", "")
    absent = "not found" in str(error).lower()
    return code == "RESOURCE_DOES_NOT_EXIST" or (code == "INVALID_PARAMETER_VALUE" and absent)


def _mlflow() -> Untyped:
    """The MLflow module: no telemetry, and no minutes of retries against a dead server."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_UV_AUTO_DETECT", "false")
    import mlflow  # noqa: PLC0415  # seconds that `--help` need not pay

    hush(mlflow)
    return mlflow
