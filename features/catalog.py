"""The ordered list of features. A new feature is one function and one line in its dimension."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from features import course, load, precedent, rhythm, skill, urgency, value
from features.spec import FeatureSpec
from features.wording import definition

CATALOG: Final[tuple[FeatureSpec, ...]] = (
    *value.SPECS,
    *urgency.SPECS,
    *course.SPECS,
    *rhythm.SPECS,
    *precedent.SPECS,
    *skill.SPECS,
    *load.SPECS,
)
"""Every feature, in the order of the frame's columns."""

BY_NAME: Final[Mapping[str, FeatureSpec]] = {spec.name: spec for spec in CATALOG}


def fingerprint() -> str:
    """A short hash of names, scopes, units and order, and of what a sketch of a text is.

    A model fits only its own catalog.
    """
    lines = [f"{s.name}|{s.scope}|{s.unit}|{s.vocabulary}" for s in CATALOG]
    return hashlib.sha256("\n".join([*lines, definition()]).encode()).hexdigest()[:16]


TERMS: Final[Mapping[str, str]] = {
    "past_complaints_90d": "past_complaints",
    "due_share_left": "hours_to_due",
    "promised_hours": "hours_to_due",
    "party_hours_waited": "party_hours_left",
    "repeat_contacts": "contacts_72h",
    "hours_since_contact": "contacts_72h",
    "hours_since_event": "activity",
    "working_hours_left": "hours_to_due",
    "events_24h": "activity",
    "hands": "reassignments",
    "hours_unassigned": "status",
    "hours_assigned": "status",
    "hours_in_progress": "status",
    "hours_waiting_customer": "status",
    "hours_internal_collaboration": "status",
    "hours_paused": "status",
    "hours_in_state": "status",
    "subcategory": "category",
    "category_late_rate": "category",
    "category_handling_hours": "category",
    "subcategory_late_rate": "category",
    "subcategory_handling_hours": "category",
    "region_late_rate": "region",
    "region_handling_hours": "region",
    "channel_late_rate": "channel",
    "channel_handling_hours": "channel",
    "priority_late_rate": "priority",
    "priority_handling_hours": "priority",
    "desk_handling_hours_recent": "desk_late_rate_recent",
    "agent_ahead": "agent_open",
    "working_hours_next_day": "hour",
    "working_hours_next_days": "hour",
    "category_open": "desk_open",
    "desk_unassigned": "desk_open",
    "desk_arrivals_24h": "desk_arrivals_1h",
    "desk_closures_24h": "desk_arrivals_1h",
    "category_arrivals_24h": "desk_arrivals_1h",
    "agent_late_rate_recent": "agent_late_rate",
    "agent_late_deviation": "agent_late_rate",
    "agent_category_deviation": "agent_category_late_rate",
    "agent_category_closed": "agent_category_late_rate",
    "agent_category_handling_hours": "agent_handling_hours",
    "team_late_rate": "team",
    "agent_started": "agent_open",
    "agent_parked": "agent_open",
    "agent_overdue": "agent_open",
    "weekday": "hour",
}
"""Features that people read as one term: what they push is added up under that term."""
