"""What ops decide: objective, weights, prices, tiers, alerts and actions, as one document.

Every record here checks itself when it is made, so a `Policy` that exists can be obeyed. The
defaults are those of `policies/default.yaml`, which says in words what each one does.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from model.policy_actions import Actions
from model.policy_alerts import Alerts
from model.policy_check import Across, Checked, line, number, text_in, zone_name
from model.policy_tiers import Tiers
from model.release import Release

Objective = Literal["expected_loss", "four_dimensions"]
POLICY_FOLDER: Final = Path(__file__).parent / "policies"

_PRICE_CEILING: Final = 1000.0  # keeps a million-fold integer cost far from overflow


@dataclass(frozen=True, slots=True)
class Weights(Checked):
    """Exponents of the four dimensions in the score; zero switches a dimension off."""

    value: float = field(default=1.0, metadata=number(0.0, 100.0))
    urgency: float = field(default=1.0, metadata=number(0.0, 100.0))
    skill: float = field(default=1.0, metadata=number(0.0, 100.0))
    load: float = field(default=1.0, metadata=number(0.0, 100.0))

    def cross_faults(self) -> list[Across]:
        """At least one dimension must count."""
        if self.value + self.urgency + self.skill + self.load > 0:
            return []
        return [
            (
                "",
                "every weight is zero, so no score is left",
                "give one of them a weight",
                "所有权重均为 0，无法评分；请至少给一项权重",
            )
        ]


@dataclass(frozen=True, slots=True)
class Prices(Checked):
    """What each thing costs, in units of one late ticket of no special value."""

    timeout: float = field(default=1.0, metadata=number(0.0, _PRICE_CEILING))
    escalation: float = field(default=3.0, metadata=number(0.0, _PRICE_CEILING))
    hand_over: float = field(default=0.05, metadata=number(0.0, _PRICE_CEILING))
    hand_over_started: float = field(default=0.2, metadata=number(0.0, _PRICE_CEILING))
    unplaced: float = field(default=5.0, metadata=number(0.0, _PRICE_CEILING))
    imbalance: float = field(default=0.1, metadata=number(0.0, _PRICE_CEILING))
    late_hour: float = field(default=0.01, metadata=number(0.0, _PRICE_CEILING))
    waiting: float = field(default=1.0, metadata=number(0.0, _PRICE_CEILING))
    ahead: float = field(default=0.0, metadata=number(0.0, _PRICE_CEILING))
    pooled: float = field(default=0.05, metadata=number(0.0, _PRICE_CEILING))


@dataclass(frozen=True, slots=True)
class Moves(Checked):
    """How often a ticket may change hands.

    One that was handed over is not handed over again for `rest_minutes`, unless a fact changed.
    """

    rest_minutes: float = field(default=60.0, metadata=number(0.0, 525_600.0))


@dataclass(frozen=True, slots=True)
class Explore(Checked):
    """Drawing lots among near-ties (`model.explore`), so that the log can judge other choices.

    Of a `share` of the new tickets one agent is drawn, `among` at most so many: the cheapest of
    those who cost at most `within` price units more than the planned one. Another `seed` draws
    other lots.
    """

    share: float = field(default=0.0, metadata=number(0.0, 1.0))
    within: float = field(default=0.02, metadata=number(0.0, _PRICE_CEILING))
    among: int = field(default=3, metadata=number(2, 1000))
    seed: int = field(default=0, metadata=number(0, 2**53))


@dataclass(frozen=True, slots=True)
class Policy(Checked):
    """Everything ops decide. Made by `model.policy_reader` from a document, or in code.

    Raises:
        PolicyFaultsError: a value that cannot be obeyed, with its JSON pointer.

    >>> Policy(name="gold first", weights=Weights(value=2)).weights.value
    2.0
    >>> Weights(load=-1)
    Traceback (most recent call last):
    ...
    model.policy_check.PolicyFaultsError: -1.0 is below 0.0 (/load); give a number from 0.0 to 100.0
    """

    name: str = field(metadata=line(200))  # what a store's column holds
    version: int = field(default=1, metadata=number(1, 2**53))
    objective: Objective = field(
        default="expected_loss", metadata=text_in(("expected_loss", "four_dimensions"))
    )
    timezone: str = field(default="Asia/Shanghai", metadata=zone_name())
    candidates_per_ticket: int = field(default=16, metadata=number(1, 10_000))
    default_capacity: int = field(default=10, metadata=number(0, 100_000))
    weights: Weights = field(default_factory=Weights)
    prices: Prices = field(default_factory=Prices)
    moves: Moves = field(default_factory=Moves)
    explore: Explore = field(default_factory=Explore)
    tiers: Tiers = field(default_factory=Tiers)
    alerts: Alerts = field(default_factory=Alerts)
    actions: Actions = field(default_factory=Actions)
    release: Release = field(default_factory=Release)

    def cross_faults(self) -> list[Across]:
        """Lots must hold beyond the next refresh."""
        found: list[Across] = []
        if self.explore.share == 0:
            return found
        if self.objective != "expected_loss":
            reason = "near-ties are told by expected loss, and the objective is another"
            zh = "近似并列按预期损失判断，而目标不是预期损失；请设为 0，或改用 expected_loss 目标"
            remedy = "set it to 0, or objective: expected_loss"
            found.append(("/explore/share", reason, remedy, zh))
        if self.explore.within > self.prices.hand_over:
            price = self.prices.hand_over
            reason = f"the next refresh would take back who costs {price} more"
            zh = f"成本高出 {price:g} 以上的人选会在下次刷新被收回；请不超过转手价格"
            found.append(("/explore/within", reason, "give at most prices.hand_over", zh))
        return found

    def document(self) -> dict[str, Any]:
        """The whole document as JSON values, every default filled in, in the order of the fields.

        >>> Policy("mine").document()["alerts"]["rules"]
        []
        """
        told: dict[str, Any] = _plain(asdict(self))
        return told

    def to_json(self) -> str:
        """The whole document as JSON with sorted keys; reading it gives an equal policy."""
        return json.dumps(self.document(), sort_keys=True, ensure_ascii=False)

    def fingerprint(self) -> str:
        """SHA-256 of what the policy decides: equal for documents that differ in name or version.

        >>> Policy("a", version=1).fingerprint() == Policy("b", version=2).fingerprint()
        True
        """
        said = replace(self, name="-", version=1).to_json()
        return hashlib.sha256(said.encode()).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401  # JSON
    """The value with lists for tuples, as a reader of JSON would have it."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
