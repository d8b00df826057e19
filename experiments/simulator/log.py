"""The event log of a running desk: what its ticket system wrote down, and nothing latent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from experiments.simulator.draws import Ints
from experiments.simulator.names import customer_id, ticket_id
from experiments.simulator.population import LEVELS
from experiments.simulator.roster import Profile
from experiments.simulator.state import Row
from experiments.simulator.texts import again, complaint, product
from experiments.simulator.world import World
from features.events import AGENT_STATUSES, conform


def level_of(world: World, customer: int) -> str:
    """The customer level the desk sees."""
    return LEVELS[int(world.customers.level[customer])]


def ticket_attributes(world: World, ticket: int) -> dict[str, str | float]:
    """A desk's own columns of a ticket."""
    seen = world.complaints
    english = bool(seen.english[ticket])
    words = seen.words[ticket].tolist()
    kind = world.params.categories[int(seen.category[ticket])]
    subcategory = kind.subcategories[int(seen.subcategory[ticket])]
    return {
        "customer_level": level_of(world, int(seen.customer[ticket])),
        "language": "en" if english else "zh",
        "product": product(subcategory, english, words),
        "product_age_days": words[11] % 400,
    }


def ticket_text(world: World, ticket: int) -> str:
    """The complaint as it was written."""
    seen = world.complaints
    kind = world.params.categories[int(seen.category[ticket])]
    return complaint(
        kind.subcategories[int(seen.subcategory[ticket])],
        bool(seen.english[ticket]),
        seen.signals[ticket].tolist(),
        seen.words[ticket].tolist(),
    )


def contact_text(world: World, ticket: int, number: int) -> str:
    """What the customer said when contacting again."""
    seen = world.complaints
    return again(
        bool(seen.english[ticket]),
        seen.signals[ticket].tolist(),
        number,
        seen.words[ticket].tolist(),
    )


def instants(world: World, seconds: Ints) -> pd.Series:
    """Seconds of the world as UTC times; negative ones of due dates are missing."""
    start = pd.Timestamp(world.params.start).tz_convert("UTC")
    return pd.Series(start + pd.to_timedelta(seconds, unit="s"))


@dataclass(slots=True)
class LogBook:
    """Turns what happened into events, numbered in the order in which it happened."""

    world: World
    written: int = 0

    def write(self, rows: Sequence[Row], after: int, until: int) -> pd.DataFrame:
        """The events of `(after, until]`: the tickets' rows, staff changes, margins.

        Earlier orders come with the first call (`after` below the first of them).
        """
        parts = [
            self._tickets(rows),
            _statuses(self.world, after, until),
            _margins(self.world, after, until),
        ]
        events = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
        # At one second creations come first and closings last, as in the canonical order.
        rank = events["type"].map({"ticket.created": 0, "ticket.closed": 2}).fillna(1)
        order = np.lexsort((rank.to_numpy(float), events["second"].to_numpy(np.int64)))
        events = events.iloc[order].reset_index(drop=True)
        number = self.written + 1 + np.arange(len(events))
        self.written += len(events)
        events["event_id"] = pd.Series(number).astype(str).str.zfill(7).radd("E")
        events["time"] = instants(self.world, events["second"].to_numpy(np.int64))
        due = events["due"].fillna(-1).to_numpy(np.int64)
        events["due_at"] = instants(self.world, due).where(due >= 0)
        return conform(events.drop(columns=["second", "due"]))

    def _tickets(self, rows: Sequence[Row]) -> pd.DataFrame:
        table = pd.DataFrame(rows, columns=Row._fields)
        frame = pd.DataFrame(
            {
                "second": table["time"],
                "type": table["type"],
                "ticket_id": [ticket_id(ticket) for ticket in table["ticket"]],
                "agent_id": _names(self.world.roster.profiles, table["agent"]),
                "state": _blank(table["state"]),
                "party": _blank(table["party"]),
                "priority": _blank(table["priority"]),
                "due": table["due"],
                "attributes": [json.dumps({"to": to}) if to else None for to in table["to"]],
            }
        )
        return _with_contacts(self.world, _with_complaints(self.world, frame, table), table)


def _blank(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column != "", None)


def _names(profiles: Sequence[Profile], agents: pd.Series) -> list[str | None]:
    return [profiles[a].agent_id if a >= 0 else None for a in agents]


def _with_complaints(world: World, frame: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    seen, params = world.complaints, world.params
    new = np.flatnonzero(table["type"].to_numpy() == "ticket.created")
    tickets = table["ticket"].to_numpy(np.int64)[new]
    kinds = [params.categories[i] for i in seen.category[tickets]]
    columns = {
        "customer_id": [customer_id(int(c)) for c in seen.customer[tickets]],
        "category": [kind.code for kind in kinds],
        "subcategory": [
            kind.subcategories[i] for kind, i in zip(kinds, seen.subcategory[tickets], strict=True)
        ],
        "region": [params.regions[i][0] for i in seen.region[tickets]],
        "channel": [params.channels[i][0] for i in seen.channel[tickets]],
        "priority": seen.priority[tickets].astype(str),
        "due": seen.due[tickets],
        "text": [ticket_text(world, int(t)) for t in tickets],
        "attributes": [
            json.dumps(ticket_attributes(world, int(t)), ensure_ascii=False) for t in tickets
        ],
    }
    for name in ("customer_id", "category", "subcategory", "region", "channel", "text"):
        frame[name] = pd.Series(None, frame.index, dtype=object)
    for name, values in columns.items():
        spot = frame[name].to_numpy(object if name != "due" else np.int64).copy()
        spot[new] = values
        frame[name] = spot
    return frame


def _with_contacts(world: World, frame: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    seen = world.complaints
    spots = np.flatnonzero(table["contact"].to_numpy() >= 0)
    tickets = table["ticket"].to_numpy(np.int64)[spots]
    number = table["contact"].to_numpy(np.int64)[spots]
    channels = np.array([name for name, _ in world.params.channels], object)
    said = {
        "customer_id": [customer_id(int(c)) for c in seen.customer[tickets]],
        "channel": channels[(seen.words[tickets, 10] + number) % 3],
        "text": [contact_text(world, int(t), int(k)) for t, k in zip(tickets, number, strict=True)],
    }
    for name, values in said.items():
        spot = frame[name].to_numpy(object).copy()
        spot[spots] = values
        frame[name] = spot
    return frame


def agent_attributes(world: World, agent: int, shift_end: int) -> str:
    """What an `agent.status` event tells of the agent, as JSON."""
    profile = world.roster.profiles[agent]
    told: dict[str, str | int] = {
        "team": profile.team.name,
        "tier": profile.team.tier,
        "skills": ",".join(profile.skills),
        "capacity": profile.team.capacity,
        "region": world.params.regions[profile.region][0],
        "languages": ",".join(profile.languages),
    }
    if shift_end >= 0:
        told["shift_end"] = (world.params.start + timedelta(seconds=shift_end)).isoformat()
    return json.dumps(told)


def _statuses(world: World, after: int, until: int) -> pd.DataFrame:
    """Staff changes of `(after, until]`; at second 0 everybody is told to be offline."""
    told = world.roster.statuses
    now = np.flatnonzero((told.time > after) & (told.time <= until))
    first = np.arange(len(world.roster.profiles)) if after < 0 else np.zeros(0, np.int64)
    agent = np.concatenate([first, told.agent[now]])
    shift_end = np.concatenate([np.full(first.size, -1), told.shift_end[now]])
    status = np.concatenate([np.full(first.size, 3), told.status[now]])
    return pd.DataFrame(
        {
            "second": np.concatenate([np.zeros(first.size, np.int64), told.time[now]]),
            "type": "agent.status",
            "agent_id": [world.roster.profiles[a].agent_id for a in agent],
            "state": [AGENT_STATUSES[s] for s in status],
            "due": -1,
            "attributes": [
                agent_attributes(world, a, end)
                for a, end in zip(agent.tolist(), shift_end.tolist(), strict=True)
            ],
        }
    )


def _margins(world: World, after: int, until: int) -> pd.DataFrame:
    orders = world.orders
    now = np.flatnonzero((orders.time > after) & (orders.time <= until))
    return pd.DataFrame(
        {
            "second": orders.time[now],
            "type": "customer.margin",
            "customer_id": [customer_id(int(c)) for c in orders.customer[now]],
            "amount": orders.amount[now],
            "due": -1,
        }
    )
