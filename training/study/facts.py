"""What was on the test tickets at their moments, by name: to cut tables by, not to learn from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.stream import Ints
from training.moments import Bool, Float, Int
from training.study.study import Study


def label_at(study: Study, row: Int, fact: str) -> NDArray[np.object_]:
    """(n,) a fact of the ticket at the landmarks `row`, None where it was not known.

    `fact` is one of `features.timeline.NAMED_FACTS`, or `agent` or `team` of the owner.
    """
    history, codes = study.history, code_at(study, row, fact)
    if fact == "team":
        return history.ledger.team_names.names(codes)
    return history.names[fact].names(codes)


def code_at(study: Study, row: Int, fact: str) -> Ints:
    """(n,) the fact as a code of `History.names`, -1 where it was not known."""
    history, marks = study.history, study.data.landmarks
    tickets = history.names["ticket"].codes(study.data.labels.ticket_id.tolist())
    time = marks.time_us[row]
    line = history.row(tickets[marks.ticket[row]], time)
    name = "owner" if fact in ("agent", "team") else fact
    codes = history.timeline.facts[name][line]  # a landmark is never before the creation
    return history.ledger.team(codes, time) if fact == "team" else codes


def agent_groups(study: Study, row: Int) -> tuple[str, NDArray[np.object_]]:
    """Teams, or where the desk names none, agents: which of the two, and (n,) labels."""
    if np.any(code_at(study, row, "team") >= 0):
        return "team", label_at(study, row, "team")
    return "agent", label_at(study, row, "agent")


def column(study: Study, row: Int, name: str) -> Float:
    """(n,) a feature at the landmarks `row`."""
    found: Float = study.data.x[row, study.data.names.index(name)]
    return found


def unseen(study: Study, row: Int, fact: str) -> Bool:
    """(n,) where the ticket has a category or agent that the model does not know by name."""
    return (code_at(study, row, fact) >= 0) & np.isnan(column(study, row, fact))
