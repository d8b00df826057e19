"""The MLflow registry: where models come from and go to. MLflow is loaded on first use.

By default everything lies in `FENDAN_HOME`: `mlflow.db` (SQLite) and `mlartifacts`. With
`MLFLOW_TRACKING_URI` set, a server keeps both.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import features
from features.errors import ModelError
from model import bundle as bundles
from model.bundle import Bundle
from model.cache import ModelCache, Pointer
from model.runs import Loaded, ModelVersion, RunRecord, StudyRecord, requirements

NAME: Final = "fendan-risk"
CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"
DEFAULT_URI: Final = f"models:/{NAME}@{CHAMPION}"
EXPERIMENT: Final = "fendan"

Untyped = Any
"""MLflow and its objects: it has no types to follow."""


def _mlflow() -> Untyped:
    """The MLflow module: no telemetry, and no minutes of retries against a dead server."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_UV_AUTO_DETECT", "false")
    import mlflow  # noqa: PLC0415  # seconds that `--help` need not pay

    _hush(mlflow)
    return mlflow


def _hush(mlflow: Untyped) -> None:
    """No reports of progress among ours; MLflow's faults come as exceptions all the same."""
    mlflow.utils.logging_utils.disable_logging()
    logging.getLogger("mlflow").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Registry:
    """One tracking store and model registry, and the cache in `home`."""

    uri: str
    home: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Registry:
        """The registry that `MLFLOW_TRACKING_URI` and `FENDAN_HOME` name, or the defaults."""
        home = Path(environment.get("FENDAN_HOME") or Path.home() / ".fendan").absolute()
        uri = environment.get("MLFLOW_TRACKING_URI") or f"sqlite:///{home / 'mlflow.db'}"
        return cls(uri, home)

    def publish(self, bundle: Bundle, record: RunRecord) -> ModelVersion:
        """Log a run, its files and its model, and register the model as the next version.

        Raises:
            ModelError: the registry cannot be reached or written.
        """
        mlflow = self._connect()
        try:
            with mlflow.start_run(experiment_id=self._experiment(mlflow)) as run:
                mlflow.log_params(dict(record.params))
                mlflow.log_metrics(dict(record.metrics))
                mlflow.set_tags(dict(record.tags))
                for path in record.files:
                    mlflow.log_artifact(str(path))
                with tempfile.TemporaryDirectory() as folder:
                    if record.backtest is not None:
                        bundles.save(record.backtest, Path(folder) / "backtest")
                        mlflow.log_artifacts(str(Path(folder) / "backtest"), "backtest")
                    self._log_model(mlflow, bundle, record, Path(folder) / "bundle")
            return self._newest(mlflow, run.info.run_id)
        except mlflow.exceptions.MlflowException as error:
            raise self._unreachable(error) from error

    def load(self, uri: str = DEFAULT_URI, fingerprint: str | None = None) -> Loaded:
        """The model behind any MLflow URI, or in a folder.

        A `models:/` URI is kept on disk; when the registry cannot be reached, the bundle that
        the URI last led to is taken from there.

        Raises:
            ModelError: no such model, a damaged one, one made for other features; or the
                registry is down and the model was never loaded here.
        """
        if Path(uri).is_dir():
            folder = _bundle_in(Path(uri))
            return Loaded(bundles.load(folder, fingerprint), folder)
        cache, address = ModelCache(self.home / "models"), f"{self.uri} {uri}"
        message = ""
        try:
            pointer = self._fetch(uri, cache, address)
        except _DownError as down:
            found = cache.last(address)
            if found is None:
                raise self._unreachable(down) from down
            pointer = found
            message = (
                f"the model registry cannot be reached; serving {pointer.name} "
                f"version {pointer.version} from the disk"
            )
        folder = cache.folder / pointer.manifest
        return Loaded(cache.open(pointer, fingerprint), folder, message)

    def backtest(self, wanted: ModelVersion) -> Bundle | None:
        """The backtested model of a version's run; None where its run has none."""
        mlflow = self._connect()
        try:
            with tempfile.TemporaryDirectory() as place:
                folder = mlflow.artifacts.download_artifacts(
                    run_id=wanted.run_id, artifact_path="backtest", dst_path=place
                )
                return bundles.load(Path(folder))
        except (mlflow.exceptions.MlflowException, OSError, ModelError):
            return None

    def log_study(self, record: StudyRecord, run_id: str = "") -> str:
        """Keep a study in the run of its model, or in a run of its own; the id of that run.

        Files go to the folder `study`, figures to `study.<name>`.

        Raises:
            ModelError: the registry cannot be reached or written.
        """
        mlflow = self._connect()
        try:
            where = {"run_id": run_id} if run_id else {"run_name": "study"}
            with mlflow.start_run(experiment_id=self._experiment(mlflow), **where) as run:
                mlflow.log_metrics({f"study.{k}": v for k, v in record.metrics.items()})
                for path in record.files:
                    mlflow.log_artifact(str(path), "study")
            return str(run.info.run_id)
        except mlflow.exceptions.MlflowException as error:
            raise self._unreachable(error) from error

    def versions(self) -> tuple[ModelVersion, ...]:
        """All registered versions, the newest first; empty when there is none.

        Raises:
            ModelError: the registry cannot be reached.
        """
        mlflow = self._connect()
        client = mlflow.MlflowClient()
        try:
            found = client.search_model_versions(f"name='{NAME}'")
            aliases = self._aliases(client) if found else {}
        except mlflow.exceptions.MlflowException as error:
            raise self._unreachable(error) from error
        listed = (_version_of(v, aliases) for v in found)
        return tuple(sorted(listed, key=lambda v: -v.version))

    def aliased(self, alias: str) -> ModelVersion | None:
        """The version that an alias points to, None when it points nowhere."""
        return next((v for v in self.versions() if alias in v.aliases), None)

    def set_alias(self, alias: str, number: int) -> None:
        """Point an alias to a version.

        Raises:
            ModelError: no such version, or the registry cannot be reached.
        """
        mlflow = self._connect()
        try:
            mlflow.MlflowClient().set_registered_model_alias(NAME, alias, str(number))
        except mlflow.exceptions.MlflowException as error:
            if _is_missing(error):
                raise ModelError(
                    f"{NAME} has no version {number}",
                    where=self.uri,
                    remedy="`fendan model list` shows the versions there are",
                ) from error
            raise self._unreachable(error) from error

    def tracking(self) -> tuple[Untyped, str]:
        """MLflow's client of this store, and the id of the experiment that our runs belong to.

        Raises:
            ModelError: the store cannot be reached.
        """
        mlflow = self._connect()
        try:
            return mlflow.MlflowClient(), self._experiment(mlflow)
        except mlflow.exceptions.MlflowException as error:
            raise self._unreachable(error) from error

    def _connect(self) -> Untyped:
        mlflow = _mlflow()
        self.home.mkdir(parents=True, exist_ok=True)
        mlflow.set_tracking_uri(self.uri)
        mlflow.set_registry_uri(self.uri)
        return mlflow

    def _experiment(self, mlflow: Untyped) -> str:
        found = mlflow.get_experiment_by_name(EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        place = None
        if self.uri.startswith("sqlite:"):  # a server decides for itself
            place = (self.home / "mlartifacts").as_uri()
        return str(mlflow.create_experiment(EXPERIMENT, artifact_location=place))

    def _log_model(self, mlflow: Untyped, bundle: Bundle, record: RunRecord, folder: Path) -> None:
        from model.pyfunc import signature  # noqa: PLC0415  # it imports MLflow

        _hush(mlflow)  # that import loaded more of MLflow, which turns its reports on again
        bundles.save(bundle, folder)
        houses = [Path(str(house.__file__)).parent for house in (features, bundles)]
        mlflow.pyfunc.log_model(
            name="model",
            python_model=str(Path(__file__).with_name("pyfunc.py")),
            artifacts={"bundle": str(folder)},
            code_paths=[str(house) for house in houses],
            pip_requirements=requirements(),
            signature=signature(),
            input_example=record.example,
            registered_model_name=NAME,
            await_registration_for=60,
        )

    def _newest(self, mlflow: Untyped, run_id: str) -> ModelVersion:
        client = mlflow.MlflowClient()
        found = [v for v in client.search_model_versions(f"name='{NAME}'") if v.run_id == run_id]
        return _version_of(found[0], self._aliases(client))

    def _aliases(self, client: Untyped) -> dict[str, int]:
        model = client.get_registered_model(NAME)
        return {alias: int(number) for alias, number in dict(model.aliases).items()}

    def _fetch(self, uri: str, cache: ModelCache, address: str) -> Pointer:
        """Follow the URI at the registry; download the bundle unless it is on disk.

        Raises:
            ModelError: the registry says that there is no such model.
            _DownError: the registry does not answer.
        """
        mlflow = self._connect()
        try:
            name, number = self._resolve(mlflow, uri)
            version_address = f"{self.uri} {name} {number}"
            known = cache.last(version_address) if number else None
            if known is None or cache.find(known.manifest) is None:
                known = self._download(mlflow, uri, cache, name, number)
            if number:
                cache.point(version_address, known)
        except mlflow.exceptions.MlflowException as error:
            if _is_missing(error):
                raise ModelError(
                    "no such model is registered",
                    where=uri,
                    remedy="train one with `fendan train EVENTS`, or see `fendan model list`",
                ) from error
            raise _DownError(str(error)) from error
        except OSError as error:
            raise _DownError(str(error)) from error
        cache.point(address, known)
        return known

    def _resolve(self, mlflow: Untyped, uri: str) -> tuple[str, int]:
        """The registered name and version behind a `models:/` URI; version 0 for other URIs."""
        if not uri.startswith("models:/"):
            return NAME, 0
        path = uri.removeprefix("models:/").strip("/")
        client = mlflow.MlflowClient()
        if "@" in path:
            name, alias = path.split("@", 1)
            return name, int(client.get_model_version_by_alias(name, alias).version)
        name, _, number = path.partition("/")
        if number.isdigit():
            return name, int(client.get_model_version(name, number).version)
        raise ModelError(
            "not a model URI", where=uri, remedy=f"write {DEFAULT_URI} or models:/{NAME}/VERSION"
        )

    def _download(
        self,
        mlflow: Untyped,
        uri: str,
        cache: ModelCache,
        name: str,
        number: int,
    ) -> Pointer:
        with tempfile.TemporaryDirectory() as place:
            found = mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=place)
            kept = cache.keep(_bundle_in(Path(found)))
        return Pointer(name, number, kept.name)

    def _unreachable(self, error: Exception) -> ModelError:
        words = str(error).strip().splitlines() or [type(error).__name__]
        return ModelError(
            f"the model registry cannot be used: {words[0][:200]}",
            where=self.uri,
            remedy="check MLFLOW_TRACKING_URI and that the server is up",
        )


class _DownError(Exception):
    """The registry does not answer."""


def _bundle_in(folder: Path) -> Path:
    """The bundle in a downloaded MLflow model, or the folder itself."""
    if (folder / bundles.MANIFEST).is_file():
        return folder
    inner = folder / "artifacts" / "bundle"
    if (inner / bundles.MANIFEST).is_file():
        return inner
    raise ModelError("this is not a Fendan model", where=str(folder))


def _is_missing(error: Untyped) -> bool:
    code = getattr(error, "error_code", "")
    absent = "not found" in str(error).lower()
    return code == "RESOURCE_DOES_NOT_EXIST" or (code == "INVALID_PARAMETER_VALUE" and absent)


def _version_of(entry: Untyped, aliases: Mapping[str, int]) -> ModelVersion:
    number = int(entry.version)
    return ModelVersion(
        version=number,
        run_id=str(entry.run_id),
        aliases=tuple(sorted(a for a, v in aliases.items() if v == number)),
        created_ms=int(entry.creation_timestamp),
        tags=dict(entry.tags),
    )
