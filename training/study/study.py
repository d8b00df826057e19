"""What every section of the study may look at: the model, its test tickets, the log behind them."""

from __future__ import annotations

from dataclasses import dataclass

from features.frame import Encoder
from features.history import History
from model.risk import RiskModel
from training.config import TrainConfig
from training.dataset import Dataset
from training.evaluate import Evaluation
from training.recipe import Bench
from training.splits import Slice


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """A model and the tickets it is tested on, created after everything it learned from.

    `risk` and `encoder` are the tested (backtested) model's; `data` holds the landmarks of the
    whole log under that encoder, `evaluation` what model and baselines said of those in `test`.
    `learned_from` are the tickets that the forests grew on.
    """

    history: History
    data: Dataset
    encoder: Encoder
    risk: RiskModel
    learned_from: Slice
    test: Slice
    evaluation: Evaluation
    config: TrainConfig

    @property
    def bench(self) -> Bench:
        """The same landmarks, as a recipe works on them."""
        return Bench(self.data, self.encoder, self.history, self.config)
