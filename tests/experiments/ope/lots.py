"""Lots for tests, said shortly."""

from experiments.ope.feedback import Lot
from features.picture import micros_of
from model.decision import Explored, NearTie, Scores
from tests.builders import at


def tie(name, dearer=0.0, skill=0.5, load=0.5, timeout=0.5):
    return NearTie(name, dearer, 0.5, Scores(0.2, 0.3, skill, load), timeout)


def among(*ties, planned=None):
    return Explored(1 / len(ties), planned or ties[0].agent_id, ties)


def lot(hours, ticket, agent, explored=None):
    """At that hour after Monday nine `agent` was drawn, between A and B if nothing else is said."""
    return Lot(ticket, micros_of(at(hours)), agent, explored or among(tie("A"), tie("B", 0.01)))
