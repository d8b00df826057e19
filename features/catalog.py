"""The ordered list of features. A new feature is one function and one line in its dimension."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from features import load, skill, urgency, value
from features.spec import FeatureSpec

CATALOG: Final[tuple[FeatureSpec, ...]] = (
    *value.SPECS,
    *urgency.SPECS,
    *skill.SPECS,
    *load.SPECS,
)
"""Every feature, in the order of the frame's columns."""

BY_NAME: Final[Mapping[str, FeatureSpec]] = {spec.name: spec for spec in CATALOG}


def fingerprint() -> str:
    """A short hash of names, scopes, units and order: a model fits only its own catalog."""
    text = "\n".join(f"{s.name}|{s.scope}|{s.unit}|{s.vocabulary}" for s in CATALOG)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
