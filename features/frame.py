"""The only feature builder: tickets and agents at a moment in, a matrix of numbers out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from features.attributes import Attribute
from features.axes import Axes
from features.catalog import CATALOG
from features.codes import Names
from features.errors import ModelError
from features.history import History
from features.ledger import ATTRIBUTE
from features.precedent import kind_late, kind_log_hours
from features.spec import FeatureSpec
from features.stream import Floats, Ints
from features.timeline import STATUSES
from features.view import AgentView, PairView, TicketView, agents_at, tickets_at

MIN_TICKETS: Final = 10
"""A category that fewer tickets had in training is treated as unseen."""
UNSEEN: Final = np.nan
"""The code of a missing or unseen category, which LightGBM takes as missing."""
LATE: Final = "late_share:"
HOURS: Final = "handling_hours:"
"""Before the name of a desk's own categorical column: its precedents, as `features.precedent`."""


@dataclass(frozen=True, slots=True)
class Frame:
    """`values` has shape (n, len(names)), float64, NaN unknown; categories are codes."""

    names: tuple[str, ...]
    values: Floats
    categorical: tuple[str, ...]

    def column(self, name: str) -> Floats:
        """One column by name, shape `(n,)`."""
        return self.values[:, self.names.index(name)]


@dataclass(frozen=True)
class Encoder:
    """What the frame learned from the training rows: categories, the desk's attributes, wording.

    `categories[feature]` lists the known names in the order of their codes; `numbers` are the
    numeric attributes. Names that are not known get the code of the unseen. `axes` place what the
    customer wrote.
    """

    categories: Mapping[str, tuple[str, ...]]
    numbers: tuple[str, ...]
    axes: Axes = field(default_factory=Axes.none)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The frame's columns: catalog, attributes, precedents of the categorical ones, wording.

        Attributes and precedents are in sorted order.
        """
        labels = [n.removeprefix(ATTRIBUTE) for n in self.categories if n.startswith(ATTRIBUTE)]
        own = [ATTRIBUTE + n for n in (*labels, *self.numbers)]
        precedents = [measure + n for measure in (HOURS, LATE) for n in sorted(labels)]
        return (*(spec.name for spec in CATALOG), *sorted(own), *precedents, *self.axes.names)

    @cached_property
    def categorical(self) -> tuple[str, ...]:
        """The columns that hold category codes."""
        return tuple(name for name in self.names if name in self.categories)

    @classmethod
    def learn(cls, history: History, ticket_ids: Sequence[str], times: Ints) -> Encoder:
        """Learn from landmarks: tickets by id and moments in microseconds, shapes `(n,)`.

        A category is known when at least `MIN_TICKETS` different tickets had it.
        """
        pairs = landmark_pairs(history, ticket_ids, times)
        tickets = pairs.tickets
        categories = {
            spec.name: _frequent(
                _vocabulary(history, spec), np.asarray(spec.fn(history, _view(spec, pairs))),
                tickets.ticket,
            )
            for spec in CATALOG
            if spec.vocabulary is not None
        }  # fmt: skip
        for name, column in tickets.attributes.items():
            if column.names is not None:
                codes = column.values.astype(np.int64)
                categories[ATTRIBUTE + name] = _frequent(column.names, codes, tickets.ticket)
        numbers = tuple(n for n, column in tickets.attributes.items() if column.numeric)
        return cls(categories, numbers, Axes.learn(tickets.wording, tickets.ticket))

    def to_json(self) -> dict[str, Any]:
        """A JSON object; `from_json` is its inverse."""
        return {
            "categories": {name: list(known) for name, known in self.categories.items()},
            "numbers": list(self.numbers),
            "axes": self.axes.to_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Encoder:
        """Read what `to_json` wrote.

        Raises:
            ModelError: a catalog feature is missing or unknown: made for another catalog.
        """
        categories = {name: tuple(known) for name, known in stored["categories"].items()}
        own = {name for name in categories if not name.startswith(ATTRIBUTE)}
        wanted = {spec.name for spec in CATALOG if spec.categorical}
        if own != wanted:
            raise ModelError(
                f"the model knows other categories: {sorted(own ^ wanted)}",
                where="encoder",
                remedy="train it again with this version",
            )
        return cls(categories, tuple(stored["numbers"]), Axes.from_json(stored["axes"]))

    def encode(self, feature: str, names: Names, codes: Ints) -> Floats:
        """History codes as the model's codes."""
        place = names.places_in(self.categories[feature])[codes]
        return np.where(place >= 0, place, UNSEEN)


def landmark_frame(
    history: History, encoder: Encoder, ticket_ids: Sequence[str], times: Ints
) -> Frame:
    """Features of tickets with their owners at past moments; one row per (ticket, time)."""
    return pair_frame(history, encoder, landmark_pairs(history, ticket_ids, times))


def landmark_pairs(history: History, ticket_ids: Sequence[str], times: Ints) -> PairView:
    """Each ticket as it was, with whoever owned it then."""
    tickets = tickets_at(history, history.names["ticket"].codes(ticket_ids), times)
    agents = agents_at(history, tickets.owner, times)
    rows = np.arange(times.size)
    owned = np.where(tickets.owner >= 0, rows, -1)
    return PairView(tickets, agents, rows, owned, np.zeros(times.size, bool))


def pair_frame(history: History, encoder: Encoder, pairs: PairView) -> Frame:
    """The features of every pair, columns as `encoder.names`.

    Features of a ticket or an agent alone are computed once each and taken to the pairs.
    """
    names = encoder.names
    values = np.empty((pairs.t.size, len(names)), np.float64)
    of_ticket = [*_TICKET, *range(len(CATALOG), len(names))]
    values[:, of_ticket] = _of_tickets(history, encoder, pairs.tickets)[pairs.t]
    values[:, _AGENT] = _of_agents(history, pairs.agents)[pairs.a]
    for place in _PAIR:
        values[:, place] = column(CATALOG[place], history, encoder, pairs)
    return Frame(names, values, encoder.categorical)


def _of_tickets(history: History, encoder: Encoder, tickets: TicketView) -> Floats:
    """What hangs on the ticket alone, (n_t, q): of the catalog, and all that is the desk's own."""
    own = encoder.names[len(CATALOG) : len(encoder.names) - encoder.axes.axis.shape[1]]
    found = np.empty((len(tickets), len(_TICKET) + len(encoder.names) - len(CATALOG)))
    for at, place in enumerate(_TICKET):
        found[:, at] = _encoded(history, encoder, CATALOG[place], tickets)
    for at, name in enumerate(own, len(_TICKET)):
        look_up = _precedent if name.startswith((LATE, HOURS)) else _attribute
        found[:, at] = look_up(history, encoder, name, tickets)
    found[:, len(_TICKET) + len(own) :] = encoder.axes.places(tickets.wording)
    return found


def _of_agents(history: History, agents: AgentView) -> Floats:
    """What hangs on the agent alone, (n_a + 1, q), no codes among it; the last row is nobody's."""
    if not agents.alone:
        found = np.full((len(agents) + 1, len(_AGENT)), np.nan)
        for at, place in enumerate(_AGENT):
            fn: Any = CATALOG[place].fn
            found[:-1, at] = fn(history, agents)
        agents.alone.append(found)
    return agents.alone[0]


def column(spec: FeatureSpec, history: History, encoder: Encoder, pairs: PairView) -> Floats:
    """One feature of the catalog as it stands in the frame of the pairs, (n,)."""
    return _spread(spec, _encoded(history, encoder, spec, _view(spec, pairs)), pairs)


def _view(spec: FeatureSpec, pairs: PairView) -> Any:  # noqa: ANN401  # one of three, by scope
    return {"ticket": pairs.tickets, "agent": pairs.agents, "pair": pairs}[spec.scope]


def _encoded(history: History, encoder: Encoder, spec: FeatureSpec, view: Any) -> Floats:  # noqa: ANN401  # as above
    found = np.asarray(spec.fn(history, view))
    if spec.vocabulary is None:
        return found.astype(np.float64)
    return encoder.encode(spec.name, _vocabulary(history, spec), found.astype(np.int64))


def _spread(spec: FeatureSpec, column: Floats, pairs: PairView) -> Floats:
    if spec.scope == "pair":
        return column
    if spec.scope == "ticket":
        return column[pairs.t]
    if not column.size:
        return np.full(pairs.a.shape, np.nan)
    return np.where(pairs.a >= 0, column[np.maximum(pairs.a, 0)], np.nan)


def _precedent(history: History, _encoder: Encoder, name: str, tickets: TicketView) -> Floats:
    """What became of earlier tickets with the same value of a desk's own column."""
    measure, _, own = name.partition(":")
    known = history.timeline.attributes.get(own)
    if known is None or known.names is None:
        return np.full(len(tickets), np.nan)
    labels, codes = _as_labels(tickets.attributes.get(own), len(tickets))
    if labels is not known.names:
        codes = np.append(known.names.codes(labels.index.tolist()), -1)[codes]
    key = ATTRIBUTE + own
    if measure + ":" == LATE:
        return kind_late(history, key, codes, tickets.at)
    return np.asarray(np.exp(kind_log_hours(history, key, codes, tickets.at)), np.float64)


def _attribute(_history: History, encoder: Encoder, name: str, tickets: TicketView) -> Floats:
    column = tickets.attributes.get(name.removeprefix(ATTRIBUTE))
    if name in encoder.categories:
        labels = _as_labels(column, len(tickets))
        return encoder.encode(name, labels[0], labels[1])
    if column is None or column.names is not None:
        return _as_numbers(column, len(tickets))
    return column.values.astype(np.float64)


def _as_labels(column: Attribute | None, n: int) -> tuple[Names, Ints]:
    if column is None:
        return Names.of(), np.full(n, -1, np.int64)
    if column.names is not None:
        return column.names, column.values.astype(np.int64)
    text = pd.Series(column.values).astype("str").where(~np.isnan(column.values))
    names = Names.of(text)
    return names, names.codes(text)


def _as_numbers(column: Attribute | None, n: int) -> Floats:
    if column is None or column.names is None:
        return np.full(n, np.nan)
    text = pd.Series(column.names.names(column.values.astype(np.int64)))
    return pd.to_numeric(text, errors="coerce").to_numpy(np.float64)


def _vocabulary(history: History, spec: FeatureSpec) -> Names:
    if spec.vocabulary == "status":
        return _STATUS_NAMES
    if spec.vocabulary == "team":
        return history.ledger.team_names
    return history.names[str(spec.vocabulary)]


_TICKET, _AGENT, _PAIR = (
    [place for place, spec in enumerate(CATALOG) if spec.scope == scope]
    for scope in ("ticket", "agent", "pair")
)
"""The catalog's columns by what they are computed of."""
_STATUS_NAMES: Final = Names(pd.Index(STATUSES, dtype="str"))


def _frequent(names: Names, codes: Ints, tickets: Ints) -> tuple[str, ...]:
    """Names that enough different tickets had, sorted."""
    known = codes >= 0
    seen = np.unique(np.stack([codes[known], tickets[known]]), axis=1)[0]
    often = np.flatnonzero(np.bincount(seen, minlength=len(names)) >= MIN_TICKETS)
    return tuple(str(name) for name in names.names(often.astype(np.int64)))
