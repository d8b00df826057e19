"""That an agent was drawn by lot, as JSON values."""

from __future__ import annotations

from typing import Any

from model.decision import Explored, NearTie
from serving.rounding import share
from serving.whys import price

Json = dict[str, Any]


def explored(lot: Explored) -> Json:
    """With which chance the agent was drawn, and among whom, the cheapest first."""
    return {
        "propensity": share(lot.propensity),
        "planned_agent_id": lot.planned_agent_id,
        "near_ties": [_near_tie(each) for each in lot.near_ties],
    }


def _near_tie(who: NearTie) -> Json:
    return {
        "agent_id": who.agent_id,
        "dearer": price(who.dearer),
        "score": share(who.score),
        "scores": {
            "value": share(who.scores.value),
            "urgency": share(who.scores.urgency),
            "skill": share(who.scores.skill),
            "load": share(who.scores.load),
        },
        "risk": {"timeout": share(who.timeout)},
    }
