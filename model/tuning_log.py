"""A search for settings in MLflow: one parent run per search, a child run per trial.

A search that goes on later goes on under the same parent, which its key finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from features.errors import ModelError
from model.registry import Registry
from model.runs import TrialRecord

RUN_NAME: Final = "tuning"
_KEY: Final = "tuning_key"
_STATUS: Final = {"complete": "FINISHED", "pruned": "KILLED", "failed": "FAILED"}


@dataclass(frozen=True, slots=True)
class TuningRuns:
    """The run of one search and where its trials are logged; `client` is MLflow's.

    Its methods raise a ModelError when the tracking store no longer answers.
    """

    client: Any
    experiment: str
    parent: str

    @classmethod
    def open(cls, registry: Registry, key: str) -> TuningRuns:
        """The run of the search with this key: the one there is, or a new one.

        Raises:
            ModelError: the tracking store cannot be reached.
        """
        client, experiment = registry.tracking()
        with _answering():
            found = client.search_runs([experiment], f"tags.{_KEY} = '{key}'", max_results=1)
            if found:
                parent = str(found[0].info.run_id)
                client.update_run(parent, status="RUNNING")
            else:
                made = client.create_run(experiment, tags={_KEY: key}, run_name=RUN_NAME)
                parent = str(made.info.run_id)
        return cls(client, experiment, parent)

    def record(self, trial: TrialRecord) -> None:
        """A child run: the settings as parameters, the AUC per fold as steps of a metric."""
        tags = {
            "mlflow.parentRunId": self.parent,
            "state": trial.state,
            "present": str(trial.present).lower(),
        }
        with _answering():
            made = self.client.create_run(
                self.experiment, tags=tags, run_name=f"trial {trial.number}"
            )
            run = str(made.info.run_id)
            for setting, value in trial.settings.items():
                self.client.log_param(run, setting, value)
            for step, (scores, mean) in enumerate(zip(trial.scores, trial.folds, strict=True)):
                for task, auc in scores.items():
                    self.client.log_metric(run, f"{task}.auc", auc, step=step)
                self.client.log_metric(run, "fold", mean, step=step)
            if trial.folds:
                self.client.log_metric(run, "value", trial.value)
            self.client.set_terminated(run, _STATUS[trial.state])

    def conclude(self, words: str, metrics: Mapping[str, float]) -> None:
        """What came of the search so far, on the parent run."""
        with _answering():
            for name, value in metrics.items():
                self.client.log_metric(self.parent, name, value)
            self.client.set_tag(self.parent, "outcome", words)
            self.client.set_terminated(self.parent, "FINISHED")


@contextmanager
def _answering() -> Iterator[None]:
    """MLflow's faults in our words."""
    from mlflow.exceptions import MlflowException  # noqa: PLC0415  # loaded with the registry

    try:
        yield
    except MlflowException as error:
        raise ModelError(
            f"MLflow does not take the trials of a search: {error}",
            where="tuning",
            remedy="check MLFLOW_TRACKING_URI; asked again, the search goes on where it ended",
        ) from error
