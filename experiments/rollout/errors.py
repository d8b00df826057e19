"""What a gray release refuses."""

from __future__ import annotations

from features.errors import FendanError


class RolloutError(FendanError):
    """A gray release that cannot be drawn, planned or judged."""
