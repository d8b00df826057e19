"""The policy on tiers: which tickets are urgent, which are suggestions, and who takes them."""

from __future__ import annotations

from dataclasses import dataclass, field

from features.text import SIGNALS
from model.policy_check import Checked, words


@dataclass(frozen=True, slots=True)
class Tiers(Checked):
    """Which tickets are urgent (tier 2) or suggestions (tier 0); all others are general (1).

    Any one of the urgent marks suffices. Suggestions go to `suggestion_team` wherever the desk
    has such a team, else to anybody.
    """

    urgent_signals: tuple[str, ...] = field(
        default=("public_exposure", "safety"), metadata=words(SIGNALS)
    )
    urgent_categories: tuple[str, ...] = ()
    urgent_priorities: tuple[str, ...] = ()
    suggestion_categories: tuple[str, ...] = ("suggestion", "建议")
    suggestion_team: str | None = "product"

    def cross_faults(self) -> list[tuple[str, str, str]]:
        """No category may be both urgent and a suggestion."""
        both = sorted(set(self.urgent_categories) & set(self.suggestion_categories))
        return [
            ("/suggestion_categories", f"{name!r} is an urgent category too", "name it once")
            for name in both
        ]
