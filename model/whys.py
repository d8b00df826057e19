"""Why each placed ticket is where it is, as columns; words are made where somebody reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from model.columns import Floats, Ints
from model.contrast_words import Hurdle, Said, of_runner_up, of_term
from model.decision import CostTerm, RunnerUp, Why
from model.listed import Listed

_SAID: Final = 0.001  # of a difference, term by term, less is not named


@dataclass(frozen=True, slots=True, eq=False)
class CostTerms(Listed[tuple[CostTerm, ...]]):
    """What choices cost (m,), the dearest term first; row i holds `[starts[i], starts[i + 1])`.

    `number` is what the text names (`contrast_words.of_term`); `price` what it is multiplied by,
    0 where nothing is said of it.
    """

    starts: Ints
    term: Sequence[str]
    amount: Floats
    number: Floats
    price: Floats

    def __len__(self) -> int:
        return self.starts.size - 1

    def _record(self, row: int) -> tuple[CostTerm, ...]:
        rows = slice(int(self.starts[row]), int(self.starts[row + 1]))
        columns = zip(self.term[rows], self.amount[rows].tolist(), self.texts(rows), strict=True)
        return tuple(CostTerm(term, amount, *said) for term, amount, said in columns)

    def texts(self, rows: slice = slice(None)) -> list[Said]:
        """The terms `rows` (of m) in words."""
        number = np.round(self.number[rows], 3).tolist()
        price = np.round(self.price[rows], 2).tolist()
        return [of_term(*each) for each in zip(self.term[rows], number, price, strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class RunnersUp(Listed[RunnerUp | None]):
    """The next best agent of each ticket (n,), None where nobody else could take it.

    `hurdle` holds `Hurdle` codes; `numbers` (n, 2) and `more` (n, k), which is by the `terms`
    (k,) what the runner-up costs more, are what the texts name.
    """

    agent_id: Sequence[str | None]
    dearer: Floats
    hurdle: Ints
    numbers: Floats
    terms: tuple[str, ...]
    more: Floats

    def __len__(self) -> int:
        return len(self.agent_id)

    def _record(self, row: int) -> RunnerUp | None:
        agent, (said,) = self.agent_id[row], self.texts(slice(row, row + 1))
        if agent is None or said is None:
            return None
        return RunnerUp(agent, float(self.dearer[row]), *said)

    def texts(self, rows: slice = slice(None)) -> list[Said | None]:
        """What kept the runners-up of some rows from being first, None where there is none."""
        columns = zip(
            self.agent_id[rows],
            self.dearer[rows].tolist(),
            self.hurdle[rows].tolist(),
            self.numbers[rows].tolist(),
            self.more[rows],
            strict=True,
        )
        return [
            None if agent is None else of_runner_up(
                hurdle, agent, dearer, numbers, self._apart(more) if hurdle == Hurdle.TERMS else ()
            )
            for agent, dearer, hurdle, numbers, more in columns
        ]  # fmt: skip

    def _apart(self, more: Floats) -> list[tuple[str, float]]:
        """The differences worth telling, the largest first."""
        by_term = zip(self.terms, more.tolist(), strict=True)
        told = (each for each in by_term if abs(each[1]) >= _SAID)
        return sorted(told, key=lambda each: -abs(each[1]))


@dataclass(frozen=True, slots=True, eq=False)
class Whys(Listed[Why]):
    """Why each ticket (n,) is where it is, and why not elsewhere."""

    terms: CostTerms
    runner_up: RunnersUp

    def __len__(self) -> int:
        return len(self.terms)

    def _record(self, row: int) -> Why:
        return Why(self.terms[row], self.runner_up[row])
