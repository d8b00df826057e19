"""The registry itself: publish and load models, list versions, point aliases, note verdicts."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import features
import model
from features.errors import ModelError
from model import bundle as bundles
from model.bundle import Bundle
from model.decision import Version
from model.registry import loading
from model.registry.store import DEFAULT_URI, EXPERIMENT, NAME, Store, Untyped, hush
from model.runs import (
    Loaded,
    LoggedRun,
    ModelVersion,
    RunFigures,
    RunRecord,
    StudyRecord,
    requirements,
)

_MOST_BYTES: Final = 16 * 1024 * 1024
"""Of a text file that is read: whoever may write to a run could fill the memory of all readers."""


@dataclass(frozen=True, slots=True)
class Registry(Store):
    """All that is asked of MLflow; every fault of it comes as a ModelError."""

    def publish(self, bundle: Bundle, record: RunRecord) -> ModelVersion:
        """Log a run, its files and its model, and register the model as the next version.

        Raises:
            ModelError: the registry cannot be reached or written.
        """
        with self.asking() as mlflow, tempfile.TemporaryDirectory() as folder:
            with mlflow.start_run(experiment_id=self._experiment(mlflow)) as run:
                mlflow.log_params(dict(record.params))
                mlflow.log_metrics(dict(record.metrics))
                mlflow.set_tags(dict(record.tags))
                for path in record.files:
                    mlflow.log_artifact(str(path))
                if record.backtest is not None:
                    bundles.save(record.backtest, Path(folder) / "backtest")
                    mlflow.log_artifacts(str(Path(folder) / "backtest"), "backtest")
                self._log_model(mlflow, bundle, record, Path(folder) / "bundle")
            return self._newest(mlflow, run.info.run_id)

    def load(self, uri: str = DEFAULT_URI, fingerprint: str | None = None) -> Loaded:
        """The model behind any MLflow URI, or in a folder.

        A `models:/` URI is kept on disk; when the registry cannot be reached, the bundle that
        the URI last led to is taken from there.

        Raises:
            ModelError: no such model, a damaged one, one made for other features; or the
                registry is down and the model was never loaded here.
        """
        return loading.load(self, uri, fingerprint)

    def leads_to(self, uri: str = DEFAULT_URI) -> Version:
        """Which version a `models:/` URI leads to now; nothing is fetched.

        Raises:
            ModelError: no such model, or the registry cannot be reached.
        """
        return loading.leads_to(self, uri)

    def backtest(self, wanted: ModelVersion) -> Bundle | None:
        """The backtested model of a version's run; None where its run has none."""
        mlflow = self.connect()
        try:
            with tempfile.TemporaryDirectory() as place:
                folder = mlflow.artifacts.download_artifacts(
                    run_id=wanted.run_id, artifact_path="backtest", dst_path=place
                )
                return bundles.load(Path(folder))
        except (mlflow.exceptions.MlflowException, OSError, ModelError):
            return None

    def logged(self, wanted: ModelVersion) -> LoggedRun:
        """What the run of a version holds, read back.

        Raises:
            ModelError: the registry cannot be reached.
        """
        with self.asking() as mlflow:
            tags = dict(mlflow.MlflowClient().get_run(wanted.run_id).data.tags)
        return LoggedRun(tags, self.text(wanted, "config.json"), self.backtest(wanted))

    def figures(self, wanted: ModelVersion) -> RunFigures:
        """Settings, figures and tags of a version's run; none of its files is fetched.

        Raises:
            ModelError: the registry cannot be reached, or the run is gone.
        """
        with self.asking() as mlflow:
            run = mlflow.MlflowClient().get_run(wanted.run_id)
            data = run.data
            told = dict(data.params), dict(data.metrics), dict(data.tags)
            return RunFigures(*told, str(run.info.experiment_id))

    def text(self, wanted: ModelVersion, name: str) -> str:
        """A text file of a version's run, "" where it has none; its end is cut off past 16 MB."""
        mlflow = self.connect()
        uri = f"runs:/{wanted.run_id}/{name}"
        try:
            with tempfile.TemporaryDirectory() as place:
                found = mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=place)
                with Path(found).open("rb") as file:
                    return file.read(_MOST_BYTES).decode("utf-8", errors="replace")
        except (mlflow.exceptions.MlflowException, OSError):
            return ""

    def note(self, wanted: ModelVersion, tags: Mapping[str, str], texts: Mapping[str, str]) -> None:
        """Put tags on a version, and text files by name beside its run.

        Raises:
            ModelError: the registry cannot be reached or written.
        """
        with self.asking() as mlflow:
            client = mlflow.MlflowClient()
            for name, text in texts.items():
                client.log_text(wanted.run_id, text, name)
            for name, value in tags.items():
                client.set_model_version_tag(NAME, str(wanted.version), name, value)

    def log_study(self, record: StudyRecord, run_id: str = "") -> str:
        """Keep a study in the run of its model, or in a run of its own; the id of that run.

        Files go to the folder `study`, figures to `study.<name>`.

        Raises:
            ModelError: the registry cannot be reached or written.
        """
        with self.asking() as mlflow:
            where = {"run_id": run_id} if run_id else {"run_name": "study"}
            with mlflow.start_run(experiment_id=self._experiment(mlflow), **where) as run:
                mlflow.log_metrics({f"study.{k}": v for k, v in record.metrics.items()})
                for path in record.files:
                    mlflow.log_artifact(str(path), "study")
            return str(run.info.run_id)

    def tracking(self) -> tuple[Untyped, str]:
        """MLflow's client of this store, and the id of the experiment that our runs belong to.

        Raises:
            ModelError: the store cannot be reached.
        """
        with self.asking() as mlflow:
            return mlflow.MlflowClient(), self._experiment(mlflow)

    def versions(self) -> tuple[ModelVersion, ...]:
        """All registered versions, the newest first; empty when there is none.

        Raises:
            ModelError: the registry cannot be reached.
        """
        with self.asking() as mlflow:
            client = mlflow.MlflowClient()
            found = client.search_model_versions(f"name='{NAME}'")
            aliases = self._aliases(client) if found else {}
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
        with self.asking(self.no_version(number)) as mlflow:
            mlflow.MlflowClient().set_registered_model_alias(NAME, alias, str(number))

    def tags(self) -> dict[str, str]:
        """The tags of the registered model, which all versions share.

        Raises:
            ModelError: there is no model yet, or the registry cannot be reached.
        """
        absent = ModelError("no model is registered yet", where=self.shown, remedy="train one")
        with self.asking(absent) as mlflow:
            return dict(mlflow.MlflowClient().get_registered_model(NAME).tags)

    def set_tag(self, name: str, value: str) -> None:
        """Tag the registered model.

        Raises:
            ModelError: the registry cannot be reached or written.
        """
        with self.asking() as mlflow:
            mlflow.MlflowClient().set_registered_model_tag(NAME, name, value)

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

        hush(mlflow)  # that import loaded more of MLflow, which turns its reports on again
        bundles.save(bundle, folder)
        houses = [Path(str(house.__file__)).parent for house in (features, model)]
        mlflow.pyfunc.log_model(
            name="model",
            python_model=str(houses[1] / "pyfunc.py"),
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
        found = client.get_registered_model(NAME)
        return {alias: int(number) for alias, number in dict(found.aliases).items()}


def _version_of(entry: Untyped, aliases: Mapping[str, int]) -> ModelVersion:
    number = int(entry.version)
    return ModelVersion(
        version=number,
        run_id=str(entry.run_id),
        aliases=tuple(sorted(a for a, v in aliases.items() if v == number)),
        created_ms=int(entry.creation_timestamp),
        tags=dict(entry.tags),
    )
