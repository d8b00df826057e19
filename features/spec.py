"""What a feature is: a name, a unit, words for people, and one function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from features.history import History
from features.stream import Floats, Ints
from features.view import AgentView, PairView, TicketView
from features.words import Words

Dimension = Literal["value", "urgency", "skill", "load"]
Scope = Literal["ticket", "agent", "pair"]
Side = Literal["ticket", "agent", "cell", "pair"]
"""What a feature hangs on; `cell` is the agent and the category of the ticket."""


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """A feature of a ticket, of an agent, or of the two together.

    `fn` takes the history and the view of its scope and gives one number (NaN unknown) per
    row of the view. For a category, `vocabulary` names the `History.names` (or `team`,
    `status`) whose codes `fn` gives, -1 unknown, and `names` words those that every desk has.
    `label` and `label_zh` are what people read.
    `moved` is what a feature of a pair hangs on once the ticket changes hands (`features.parts`):
    whatever is not said to hang on less hangs on the pair.
    `rises` is the sign that is known of its effect on the timeout risk: 1 never lowers it, -1
    never raises it, 0 nothing is known.
    """

    name: str
    scope: Scope
    dimension: Dimension
    unit: str
    label: str
    label_zh: str
    fn: (
        Callable[[History, TicketView], Floats | Ints]
        | Callable[[History, AgentView], Floats | Ints]
        | Callable[[History, PairView], Floats | Ints]
    )
    vocabulary: str | None = None
    names: Mapping[str, Words] = field(default_factory=dict, compare=False)
    rises: Literal[-1, 0, 1] = 0
    moved: Side = "pair"

    @property
    def side(self) -> Side:
        """What the feature hangs on where the ticket changes hands."""
        return self.moved if self.scope == "pair" else self.scope

    @property
    def categorical(self) -> bool:
        """Whether the feature is a category and not a number."""
        return self.vocabulary is not None
