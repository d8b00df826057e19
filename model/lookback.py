"""What the model would have said of a ticket earlier in its life."""

from __future__ import annotations

from features.frame import landmark_frame
from features.history import History
from features.stream import Floats, Ints
from model import live
from model.bundle import Bundle


def past_risks(bundle: Bundle, history: History, ticket_id: str, at_us: Ints) -> Floats:
    """The timeout risk of a ticket with its owner of the time, (n,), at moments `at_us` (n,).

    Each reads what had happened by its moment, nothing later, and the level of the risk is that
    of its day (`model.live`). The forests are the present ones: they may have been grown on what
    came after. Moments are microseconds since 1970; before its first event a ticket is one of
    which nothing is known.

    Raises:
        ModelError: the model was trained on other features.
    """
    frame = landmark_frame(history, bundle.encoder, [ticket_id] * at_us.size, at_us)
    bundle.risk.check(frame.names)
    return bundle.risk.timeout_risk(frame.values, live.shifts(bundle, history, at_us))
