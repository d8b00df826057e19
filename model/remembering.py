"""A desk that remembers how it assessed a moment: many plans of it ask the model once.

What a risk is hangs on the snapshot and the history, never on what ops weigh: another policy of
the same moment only rules out, prices and assigns anew. A question that was asked before is
answered with the very numbers given then, so a plan is the same, to the bit, as one made from
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import numpy as np

from features.history import History
from features.snapshot import Snapshot
from features.waits import Waits
from model.alert_table import AlertTable
from model.assessment import AssessorLike, Desk, DimensionsLike, RiskLike
from model.columns import Bools, Floats, Ints
from model.decision import Reason, Version
from model.policy import Policy

MOST: Final = 8_000_000
"""Numbers of questions and answers that are kept of one moment, some 64 MB; more is asked anew."""
_A_PAIR: Final = 4  # numbers that a pair's risk holds beside the question: two risks, two hours
_NEVER_ASKED: Final = -2
_Arrays = tuple[Floats | Ints, ...]
Told = TypeVar("Told")


@dataclass(slots=True)
class _Begun:
    """Of each ticket with whom it was asked about last, and `hours` and risks (n_t, g) of that."""

    agent: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    hours: Floats = field(default_factory=lambda: np.empty((0, 0)))
    risk: Floats = field(default_factory=lambda: np.empty((0, 0)))

    def known(self, t_idx: Ints, a_idx: Ints, hours: Floats, found: Floats) -> Bools:
        """Which rows were asked before, (n,); their risks are written into `found` (n, g)."""
        self._widen(int(t_idx.max(initial=-1)) + 1, hours.shape[1])
        known: Bools = (self.agent[t_idx] == a_idx) & (self.hours[t_idx] == hours).all(axis=1)
        found[known] = self.risk[t_idx[known]]
        return known

    def keep(self, t_idx: Ints, a_idx: Ints, hours: Floats, risk: Floats) -> None:
        """Remember the risks (n, g) of some rows."""
        self.agent[t_idx], self.hours[t_idx], self.risk[t_idx] = a_idx, hours, risk

    def _widen(self, tickets: int, moments: int) -> None:
        """Room for that many; nothing is known any more where the tables were too small."""
        if self.agent.size < tickets or self.hours.shape[1] != moments:
            self.agent = np.full(tickets, _NEVER_ASKED)
            self.hours, self.risk = (np.zeros((tickets, moments)) for _ in range(2))


@dataclass(slots=True)
class _Answers:
    """What was asked, by name, and what was said; `held` are the numbers kept of both."""

    told: dict[str, list[tuple[_Arrays, object]]] = field(default_factory=dict)
    held: int = 0
    begun: _Begun = field(default_factory=_Begun)

    def once(
        self, name: str, asked: _Arrays, ask: Callable[[], Told], size: Callable[[Told], int]
    ) -> Told:
        """The answer given before to equal arrays, else that of `ask`, kept while there is room."""
        known = self.told.setdefault(name, [])
        for question, answer in known:
            if all(map(np.array_equal, question, asked)):
                return answer  # type: ignore[return-value]  # one name, one type
        found = ask()
        more = sum(each.size for each in asked) + size(found)
        if self.held + more <= MOST:
            self.held += more
            known.append((asked, found))
        return found


@dataclass(frozen=True, slots=True)
class Remembered:
    """An `AssessorLike` that asks another one each thing once; see there.

    Its answers are shared: nobody may write into them.
    """

    inner: AssessorLike
    answers: _Answers = field(default_factory=_Answers)

    def as_is(self) -> RiskLike:
        """See `AssessorLike`."""
        return self.answers.once("as_is", (), self.inner.as_is, lambda _: 0)

    def dimensions(self) -> DimensionsLike:
        """See `AssessorLike`."""
        return self.answers.once("dimensions", (), self.inner.dimensions, lambda _: 0)

    def waits(self) -> Waits:
        """See `AssessorLike`."""
        return self.answers.once("waits", (), self.inner.waits, lambda _: 0)

    def pairs(self, t_idx: Ints, a_idx: Ints) -> RiskLike:
        """See `AssessorLike`."""
        asked, size = (t_idx, a_idx), _A_PAIR * t_idx.size
        return self.answers.once("pairs", asked, lambda: self.inner.pairs(*asked), lambda _: size)

    def floor(self, t_rows: Ints) -> tuple[Floats, Floats]:
        """See `AssessorLike`."""
        size = 2 * t_rows.size
        return self.answers.once(
            "floor", (t_rows,), lambda: self.inner.floor(t_rows), lambda _: size
        )

    def delayed(self, hours: Floats) -> Floats:
        """See `AssessorLike`."""
        return self._numbers("delayed", (hours,), lambda: self.inner.delayed(hours))

    def begun(self, t_idx: Ints, a_idx: Ints, hours: Floats) -> Floats:
        """See `AssessorLike`: asked only of tickets that were not with this agent when last asked.

        Another plan moves few tickets.
        """
        found = np.empty(hours.shape)
        known = self.answers.begun.known(t_idx, a_idx, hours, found)
        rows = np.flatnonzero(~known)
        if rows.size:
            found[rows] = self.inner.begun(t_idx[rows], a_idx[rows], hours[rows])
            self.answers.begun.keep(t_idx[rows], a_idx[rows], hours[rows], found[rows])
        return found

    def eased(self, t_idx: Ints, hours: Floats) -> Floats:
        """See `AssessorLike`."""
        asked = (t_idx, hours)
        return self._numbers("eased", asked, lambda: self.inner.eased(*asked))

    def work_hours(self, t_idx: Ints, a_idx: Ints) -> Floats:
        """See `AssessorLike`."""
        return self.inner.work_hours(t_idx, a_idx)

    def matrix(self, t_rows: Ints) -> tuple[Floats, Floats]:
        """See `AssessorLike`."""
        return self.inner.matrix(t_rows)

    def ready(self) -> None:
        """See `AssessorLike`."""
        self.inner.ready()

    def changed_since(self, at_us: Ints) -> Bools:
        """See `AssessorLike`."""
        return self.inner.changed_since(at_us)

    def reasons(self, t_idx: Ints, a_idx: Ints, top: int) -> Sequence[tuple[Reason, ...]]:
        """See `AssessorLike`."""
        return self.inner.reasons(t_idx, a_idx, top)

    def _numbers(self, name: str, asked: _Arrays, ask: Callable[[], Floats]) -> Floats:
        found = self.answers.once(name, asked, ask, lambda told: told.size)
        found.flags.writeable = False
        return found


@dataclass(slots=True)
class _Moment:
    """The last snapshot that was assessed, and the capacity that was taken for an unknown one."""

    known: tuple[Snapshot, int, Remembered] | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Remembering:
    """A `Desk` that keeps its last assessment, for itself and for what `with_policy` makes of it.

    Of those one at a time is used; `forget` may be called meanwhile.
    """

    desk: Desk
    moment: _Moment = field(default_factory=_Moment)

    @property
    def policy(self) -> Policy:
        """See `Desk`."""
        return self.desk.policy

    @property
    def model(self) -> Version:
        """See `Desk`."""
        return self.desk.model

    @property
    def alert_table(self) -> AlertTable | None:
        """See `Desk`."""
        return self.desk.alert_table

    @property
    def history(self) -> History:
        """See `Desk`."""
        return self.desk.history

    def with_history(self, history: History) -> Remembering:
        """See `Desk`: another history says something else, so nothing is remembered."""
        return Remembering(self.desk.with_history(history))

    def with_policy(self, policy: Policy) -> Remembering:
        """See `Desk`."""
        return Remembering(self.desk.with_policy(policy), self.moment)

    def complete(self, snapshot: Snapshot) -> Snapshot:
        """See `Desk`."""
        return self.desk.complete(snapshot)

    def assess(self, snapshot: Snapshot) -> AssessorLike:
        """See `Desk`: of the policy an assessment reads `default_capacity` alone."""
        moment, capacity = self.moment, self.policy.default_capacity
        known = moment.known
        if known is not None and known[:2] == (snapshot, capacity):
            return known[2]
        moment.known = known = None  # the former one goes before its successor is made
        found = Remembered(self.desk.assess(snapshot))
        if not moment.over:
            moment.known = snapshot, capacity, found
        return found

    def forget(self) -> None:
        """Let go of what is remembered, for good."""
        self.moment.over, self.moment.known = True, None
