"""What a model foretells at a simulated desk, and what comes of it: as the Model page compares it.

Each ticket counts with the first risk told of it (`serving.models.live`), at a desk that does what
the plan says, or goes on by its own matrix while the model only watches.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from experiments.contender import SHIPPED, contender
from experiments.outcome import lives
from experiments.play import Player
from experiments.simulator import LiveDesk
from features.history import History
from features.picture import micros_of
from features.stream import Floats
from model.bundle import Bundle
from model.decision import Decision, Version
from model.desk import ServedDesk
from model.screen import screen
from model.spent import deed
from serving.decisions.placement_log import Word, news
from serving.models.live import Told, foretold, known_by

_DAY_MINUTES: Final = 1440
_MODEL: Final = Version("fendan-risk", 1)
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Watch:
    """How long a desk is watched, the minutes between refreshes, and whether the plan is obeyed."""

    days: int = 14
    every_minutes: int = 30
    obeyed: bool = True


@dataclass(slots=True)
class _Heard:
    """The first risk told of each ticket, by ticket: moment in µs and risk."""

    first: dict[str, tuple[int, float]] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)

    def plan(self, decision: Decision) -> None:
        """What the service would have written down of a decision."""
        found = news(decision, {}, self.words)
        self.words = dict(found.words)
        for each in found.placements:
            if each.risk_timeout is not None:
                self.note(each.ticket_id, decision.as_of, each.risk_timeout)

    def note(self, ticket_id: str, as_of: datetime, risk: float) -> None:
        """The risk of a ticket, where it is the first."""
        self.first.setdefault(ticket_id, (micros_of(as_of), risk))

    def told(self) -> Told:
        """In the order of telling."""
        at, risk = zip(*self.first.values(), strict=True) if self.first else ((), ())
        return Told(
            np.array(list(self.first), dtype=object),
            np.array(risk, dtype=np.float64),
            np.array(at, dtype=np.int64),
            np.full(len(self.first), _MODEL.version, np.int64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A desk that was watched from `begun_us` on: its whole log, and what was told."""

    log: pd.DataFrame
    said: Told
    begun_us: int


def watch(
    desk: LiveDesk,
    log: pd.DataFrame,
    bundle: Bundle,
    how: Watch,
    seed: int,
    tell: Tell = lambda _day: None,
) -> Watched:
    """Let days pass at a desk whose events so far are `log`, and keep what the model tells.

    The model learns nothing meanwhile; its history grows by what happened, once a day.
    """
    who = contender(SHIPPED)
    served = replace(ServedDesk.of(bundle, who.policy), history=History.of(log))
    player, heard = Player(who, served, seed, time.process_time), _Heard()
    refresh = _obey if how.obeyed else _look_on
    begun_us, parts = micros_of(desk.snapshot().as_of), [log]
    for day in range(how.days):
        fresh = []
        for _ in range(_DAY_MINUTES // how.every_minutes):
            refresh(desk, player, heard)
            fresh.append(desk.step(how.every_minutes))
        parts.append(pd.concat(fresh, ignore_index=True))
        player.learn(parts[-1])
        tell(day + 1)
    return Watched(pd.concat(parts, ignore_index=True), heard.told(), begun_us)


def _obey(desk: LiveDesk, player: Player, heard: _Heard) -> None:
    decision = player.decide(desk.snapshot())
    if decision is None:
        return
    heard.plan(decision)
    desk.apply({a.ticket_id: a.agent_id for a in decision.assignments}, decision.queues)
    desk.act(deed(action) for action in decision.actions)


def _look_on(desk: LiveDesk, player: Player, heard: _Heard) -> None:
    """The risk of every ticket where the desk's own rule has it."""
    seen = player.served.complete(screen(desk.snapshot()).snapshot)
    risks = player.served.assess(seen).as_is().timeout
    for ticket, risk in zip(seen.tickets, risks.tolist(), strict=True):
        heard.note(ticket.ticket_id, seen.as_of, risk)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Outcomes and first risks (n,) of tickets with a verdict; `late` is the desk's own share.

    `late` counts the tickets created while it was watched whose promise has passed.
    """

    y: Floats
    p: Floats
    late: float


def judged(found: Watched) -> Judged:
    """How it looks at the end of the log."""
    history = History.of(found.log)
    until_us = history.span[1]
    said = foretold(found.said, history)
    known = known_by(said, history, until_us)
    told = ~np.isnan(known)
    lived = lives(history, found.begun_us)
    return Judged(known[told], said.risk[told], float(lived.late[lived.judged].mean()))
