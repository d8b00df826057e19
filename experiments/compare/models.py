"""The model that each world is played with: by default the one its own desk would have trained.

A desk trains on its own log. So every world brings the log that its static matrix wrote until the
contenders take over, and the model learns from that: nothing latent, and people it knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from experiments.contender import strangers
from experiments.play import demo_bundle
from experiments.simulator import LiveDesk
from experiments.simulator.params import DAY_S, WorldParams
from experiments.twin.stage import TwinStage
from model.bundle import Bundle
from model.terminal import loaded_from
from training.config import TrainConfig
from training.run import train

OWN: Final = "own"
DEMO: Final = "demo"
_LEAST_S: Final = 28 * DAY_S
"""A shorter log teaches too little: such a desk begins with what others learned."""


@dataclass(frozen=True, slots=True)
class Home:
    """A world at the second `begin_s` at which contenders take over.

    On a twin's `stage` it is the twin's instead, drawn for so many `days`.
    """

    seed: int
    params: WorldParams
    begin_s: int
    stage: TwinStage | None = None
    days: int = 0

    def desk(self, *, keep_matrix: bool = False) -> LiveDesk:
        """The desk at that moment; `keep_matrix` leaves it to its own rule from then on."""
        if self.stage is not None:
            return self.stage.desk(self.seed, self.days, keep_habits=keep_matrix)
        return LiveDesk(self.seed, params=self.params, begin=self.begin_s, keep_matrix=keep_matrix)


Source = Callable[[Home], Bundle]
"""The model of a world; picklable."""


@dataclass(frozen=True, slots=True)
class Model:
    """`own` for what each world's desk learns, `demo` for that of the sample log, or an MLflow URI.

    A model from elsewhere is told that it knows none of these people, whatever they are called.
    """

    uri: str = OWN

    def ready(self) -> None:
        """See that it is there, before processes begin that would each train their own.

        Raises:
            ModelError: it is not, or it was made for other features.
        """
        if self.uri != OWN:
            self._elsewhere()

    def __call__(self, home: Home) -> Bundle:
        """The bundle for a world.

        Raises:
            ModelError: it is not there, was made for other features, or could not be trained.
        """
        if self.uri == OWN and home.stage is not None:
            return train(home.stage.past, TrainConfig()).bundle
        if self.uri == OWN and home.begin_s >= _LEAST_S:
            return train(home.desk().history, TrainConfig()).bundle
        return strangers(self._elsewhere())

    def _elsewhere(self) -> Bundle:
        return demo_bundle() if self.uri in (OWN, DEMO) else loaded_from(self.uri).bundle
