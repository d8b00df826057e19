"""An assessed desk: all that a plan is made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.assessment import AssessorLike, DimensionsLike, RiskLike
from model.columns import Bools, Columns, Floats
from model.eligibility import Eligibility
from model.moves import Moves
from model.policy import Policy
from model.score import Edges
from model.waits import Waits


@dataclass(frozen=True, slots=True)
class Look:
    """Rows are the tickets and agents of the desk; without `waits` nobody is thought to wait."""

    columns: Columns
    eligibility: Eligibility
    assessor: AssessorLike
    as_is: RiskLike
    dimensions: DimensionsLike
    weight: Floats
    moves: Moves
    waits: Waits | None
    policy: Policy

    def complete(self, edges: Edges) -> Bools:
        """Bool (n_t,): whether everybody who may take the ticket is among its edges."""
        may = (self.eligibility.lasting & self.eligibility.ready).sum(axis=1)
        wanted = may[self.eligibility.profile] + self.moves.hold
        found: Bools = np.bincount(edges.ticket, minlength=len(wanted)) >= wanted
        return found
