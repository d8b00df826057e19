"""What this desk was told before: from the log, and from this process where it could not log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from features.errors import StoreError
from features.snapshot import Snapshot, Ticket
from model.amended import holds, is_given_again
from model.decision import Decision
from model.policy import Policy
from model.spent import Deed, Spent, deed, spent_on
from model.underway import Move, Underway, new_moves, together
from serving.decisions.log import Before, DecisionLog
from serving.decisions.override_log import Override
from serving.decisions.placement_log import News, news
from serving.telemetry import warn


@dataclass(frozen=True, slots=True)
class Known:
    """What was done before a snapshot, and the overrides (by id) that it shows to be over."""

    spent: Spent
    overruled: tuple[str, ...]


class Memory:
    """Used by one refresh at a time."""

    def __init__(self, log: DecisionLog) -> None:
        self._log = log
        self._deeds: list[tuple[Deed, datetime]] = []
        self._moves: list[tuple[str, Move]] = []
        self._overrides: tuple[Override, ...] = ()
        self._last = News()

    def before(self, policy: Policy, snapshot: Snapshot) -> Known:
        """What was done before a snapshot, as far as it is about its tickets."""
        told = self._before(policy, snapshot)
        shown = {ticket.ticket_id: ticket for ticket in snapshot.tickets}
        sent = sorted([*self._moves, *told.moves], key=_when)
        choices = [(override, _choice(override, sent)) for override in told.overrides]
        over = {o.override_id for o, move in choices if _is_over(o, move, shown.get(o.ticket_id))}
        still = [(o, move) for o, move in choices if o.override_id not in over]
        rests = [(o.ticket_id, move) for o, move in still if not (o.pinned or o.handed_back)]
        moves = sorted([*sent, *rests], key=_when)
        found = spent_on(self._deeds + told.deeds, policy, snapshot.as_of, moves)
        chosen = {o.ticket_id: move for o, move in still if o.pinned}
        back = together((o.ticket_id, move) for o, move in still if o.handed_back)
        whole = replace(found, underway=Underway(found.underway.sent, chosen, back))
        return Known(whole.about(shown), tuple(sorted(over)))

    def news(self, decision: Decision, spent: Spent) -> News:
        """What is new in a decision that was made with `spent`."""
        return news(decision, spent.underway.sent, self._last.words)

    def keep(self, told: News) -> None:
        """Remember the last words of a decision that was logged."""
        self._last = told

    def keep_all(self, decision: Decision, spent: Spent) -> None:
        """Remember a decision, made with `spent`, that could not be logged."""
        self._deeds += [(deed(action), decision.as_of) for action in decision.actions]
        self._moves += new_moves(decision, spent.underway.sent)

    def _before(self, policy: Policy, snapshot: Snapshot) -> Before:
        having = {ticket.ticket_id: ticket.agent_id for ticket in snapshot.tickets}
        try:
            found = self._log.before(policy, snapshot.as_of, having)
        except StoreError as error:
            warn("what was told before not looked up", error)
            return Before([], [], self._overrides)
        self._overrides = found.overrides
        return found


def _is_over(override: Override, choice: Move, shown: Ticket | None) -> bool:
    """Whether the ticket is gone, or the ticket system has moved it since.

    Who has it is not known where the snapshot leaves that to the history: then it is not over.
    That an agent does not want a ticket is over only once somebody gives it to them all the same.
    """
    if shown is None:
        return True
    if override.handed_back:
        return is_given_again(choice, shown)
    said = shown.agent_id is not None or shown.state == "unassigned"
    return said and not holds(choice, shown)


def _choice(override: Override, sent: list[tuple[str, Move]]) -> Move:
    """What was chosen; a plan's move from before that may arrive meanwhile.

    Who hands a ticket back may have it by the plan only: then it may be shown with whom the plan
    took it from, too.
    """
    before = [m for ticket, m in sent if ticket == override.ticket_id and m.at <= override.at]
    owners = {move.source: None for move in before} if override.handed_back else {}
    return replace(override.move, earlier=(*(move.agent_id for move in before), *owners))


def _when(told: tuple[str, Move]) -> datetime:
    return told[1].at
