"""The history of the served desk: the model's own, and every event that the store has."""

from __future__ import annotations

from dataclasses import replace

from features.history import History
from model.assessment import Desk
from serving.desks import Current
from serving.events.forgotten import Forgotten
from serving.events.log import EventLog
from serving.store import Marks


class LiveHistory:
    """Keeps a desk's history up to the store's last event.

    Holds nothing itself: a desk that was made a moment ago (`events_seq` 0) gets all events of
    the store, any other those that came since.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def fresh(self, current: Current, marks: Marks) -> Current:
        """The desk with all events that were durable when this was called.

        Where a customer was forgotten since, what it knows of that customer goes. Raises
        StoreError where the store does not answer.
        """
        forgetful = current.history_mark != marks.history and marks.history > 0
        forgotten = self._log.forgotten() if forgetful else current.forgotten
        news = self._log.since(current.events_seq)
        desk = current.desk
        if len(news.events):
            desk = desk.with_history(desk.history.append(news.events))
        if forgetful:
            desk = desk.with_history(_without(forgotten, desk.history))
        return replace(
            current,
            desk=desk,
            events_seq=news.seq,
            history_mark=marks.history,
            forgotten=forgotten,
        )

    def at(self, desk: Desk, events_seq: int) -> Desk:
        """A desk that knows none of the store's events, with those up to number `events_seq`.

        Whom it must forget it forgets. Raises StoreError.
        """
        told = self._log.since(0, events_seq)
        if len(told.events):
            desk = desk.with_history(desk.history.append(told.events))
        forgotten = self._log.forgotten()
        return desk.with_history(_without(forgotten, desk.history)) if forgotten.digests else desk


def _without(forgotten: Forgotten, history: History) -> History:
    left = forgotten.clean(history.events)
    return history if left is history.events else History.of(left)
