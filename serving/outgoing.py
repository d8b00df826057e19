"""A snapshot as the body of a refresh: what `fendan snapshot` prints and a ticket system sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from features.snapshot import Agent, Snapshot


def refresh_body(snapshot: Snapshot) -> dict[str, Any]:
    """The JSON-ready request body; what nobody knows is left out, times keep their offset."""
    return {
        "as_of": snapshot.as_of,
        "tickets": [_plain(ticket) for ticket in snapshot.tickets],
        "agents": [_agent(agent) for agent in snapshot.agents],
    }


def _agent(agent: Agent) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(agent)
    if plain.pop("skills_sent"):  # null says "any category"; left out, the history is asked
        plain.setdefault("skills", None)
    return plain


def _plain(thing: Any) -> Any:  # noqa: ANN401  # any field of a snapshot
    if is_dataclass(thing):
        known = ((field.name, getattr(thing, field.name)) for field in fields(thing))
        return {name: _plain(value) for name, value in known if value is not None}
    if isinstance(thing, tuple):
        return [_plain(part) for part in thing]
    if isinstance(thing, Mapping):
        return dict(thing)
    return thing
