"""What cases wait for outside the desk, and what asking again does to it.

How long a customer or a department takes is latent and drawn beforehand, and so is what each
asking again does (`Latent.chase_keeps`, `nudge_keeps`): the n-th chase of a ticket has the same
effect on what is left of the wait, whoever asks and whenever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import ceil

from experiments.simulator.diary import Diary
from experiments.simulator.params import DAY_S, EVENING_S, HOUR_S, MORNING_S
from experiments.simulator.state import Asked, Case, Row, Step
from experiments.simulator.world import World

Log = Callable[[Row], None]


def asleep(second: int) -> bool:
    """Whether it is night, `[22:00, 8:00)`: nobody hears anything.

    >>> [asleep(hour * HOUR_S) for hour in (7, 8, 21, 22)]
    [True, False, False, True]
    """
    return not MORNING_S <= second % DAY_S < EVENING_S


class Waits:
    """Books when customers and departments will have answered, in the engine's diary."""

    def __init__(self, world: World, diary: Diary, log: Log) -> None:
        self._params, self._diary, self._log = world.params, diary, log
        self._chase_keeps: list[list[float]] = world.latent.chase_keeps.tolist()
        self._nudge_keeps: list[list[list[float]]] = world.latent.nudge_keeps.tolist()
        self._nudged: Counter[tuple[str, int]] = Counter()

    def begin(self, case: Case, now: int) -> None:
        """Ask the customer or the department of the case's present step."""
        if case.step.kind == "customer":
            case.enter("waiting_customer", now)
            self._log(Row(now, "ticket.state", case.ticket, state="waiting_customer"))
            case.asked = now
            self._until(case, now + int(case.step.seconds))
            return
        case.enter("internal_collaboration", now)
        self._ask(case, case.step, now)
        if self._params.at_once:
            for step in case.unasked:
                self.start(case, step.party, now)

    def answered(self, case: Case, stamp: int, now: int) -> bool:
        """Note the department whose appointment this is; True when no other is awaited."""
        asked = next((each for each in case.pending if each.stamp == stamp), None)
        if asked is None:
            return False
        asked.done = now
        return not case.pending

    def chase(self, case: Case, now: int) -> bool:
        """Ask the customer again; whether that was heard."""
        rules = self._params.help
        if case.state != "waiting_customer" or case.chases >= rules.tries:
            return False
        if now - case.asked < rules.chase_apart * HOUR_S or asleep(now):
            return False
        keeps = self._chase_keeps[case.ticket][case.chases]
        case.chases, case.asked = case.chases + 1, now
        if keeps < 1:
            self._until(case, now + ceil(keeps * (case.ends - now)))
        return True

    def nudge(self, case: Case, party: str, now: int) -> bool:
        """Ask a department again, which hears so many a day; whether that was heard."""
        asked = next((each for each in case.pending if each.party == party), None)
        day = (party, now // DAY_S)
        rules = self._params.help
        if asked is None or asked.nudges >= rules.tries:
            return False
        if self._nudged[day] >= rules.nudges_per_day:
            return False
        if now - asked.asked < rules.nudge_apart * HOUR_S or asleep(now):
            return False
        keeps = self._nudge_keeps[case.ticket][asked.number][asked.nudges]
        asked.nudges, asked.asked = asked.nudges + 1, now
        self._nudged[day] += 1
        if keeps < 1:
            self._answers(case, asked, now + ceil(keeps * (asked.ends - now)))
        return True

    def start(self, case: Case, party: str, now: int) -> bool:
        """Ask a department now whose turn would come later; whether there is such a one."""
        step = next((each for each in case.unasked if each.party == party), None)
        if step is None:
            return False
        case.steps.remove(step)
        self._ask(case, step, now)
        return True

    def _ask(self, case: Case, step: Step, now: int) -> None:
        due = now + int(self._params.outcome.party_answer_hours * HOUR_S)
        asked = Asked(step.party, step.number, now, due, ends=-1, stamp=-1, asked=now)
        case.parties.append(asked)
        self._answers(case, asked, now + int(step.seconds))
        self._log(
            Row(now, "ticket.state", case.ticket, state=case.state, party=step.party, due=due)
        )

    def _answers(self, case: Case, asked: Asked, ends: int) -> None:
        case.stamp += 1
        asked.ends, asked.stamp = ends, case.stamp
        self._diary.book(ends, "answer", case.ticket, case.stamp)

    def _until(self, case: Case, ends: int) -> None:
        case.stamp += 1
        case.ends = ends
        self._diary.book(ends, "back", case.ticket, case.stamp)
