"""The desk that is served: a model, the history it knows, and the policy of ops."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isqrt

import pandas as pd

from features.complete import complete
from features.frame import Frame
from features.history import History
from features.picture import moment_of
from features.snapshot import Agent, Snapshot, Ticket
from features.stream import NEVER, Floats, Ints
from model import dispatch
from model.alert_table import AlertTable
from model.assess import FEW, Assessor
from model.assessment import AssessorLike
from model.bundle import Bundle
from model.decision import Version
from model.lookback import past_risks
from model.policy import Policy
from model.unmodelled import NO_MODEL, Unmodelled


@dataclass(frozen=True, slots=True, eq=False)
class ServedDesk:
    """What `model.dispatch` decides with."""

    bundle: Bundle
    history: History
    policy: Policy

    @classmethod
    def of(cls, bundle: Bundle, policy: Policy, events: pd.DataFrame | None = None) -> ServedDesk:
        """The desk with the model's own history, and the events that came since."""
        known = bundle.events
        history = History.empty() if known is None else History.of(known)
        return cls(bundle, history if events is None else history.append(events), policy)

    @classmethod
    def without_model(cls, policy: Policy, events: pd.DataFrame | None = None) -> ServedDesk:
        """The desk where there is no model to be had: risks are guessed from the time left."""
        return cls.of(NO_MODEL, policy, events)

    def with_events(self, events: pd.DataFrame) -> ServedDesk:
        """The desk with what happened since."""
        return self.with_history(self.history.append(events))

    def with_history(self, history: History) -> ServedDesk:
        """The desk that knows this history."""
        return replace(self, history=history)

    def with_policy(self, policy: Policy) -> ServedDesk:
        """The desk under another policy."""
        return replace(self, policy=policy)

    def warm(self, threads: int = 1) -> ServedDesk:
        """The desk with everything loaded, indexed and compiled that a first request would be.

        A refresh runs on up to `threads` threads; they sleep when idle (`OMP_WAIT_POLICY`).
        """
        _, last = self.history.span
        now = moment_of(0 if last == NEVER else last)
        for side in (2, isqrt(FEW) + 1):  # few pairs are looked at in one way, many in another
            tickets = tuple(Ticket(f"T{n}", "any", now, "unassigned") for n in range(side))
            agents = tuple(Agent(f"A{n}", "available") for n in range(side))
            asked = Snapshot(now, tickets, agents)
            dispatch.refresh(self, asked, dispatch.Options(deadline_ms=float("inf")))
        forests = replace(self.bundle.risk, threads=threads)
        return replace(self, bundle=replace(self.bundle, risk=forests))

    @property
    def model(self) -> Version:
        """The name and version of the risk model."""
        return Version(self.bundle.info.name, self.bundle.info.version)

    @property
    def alert_table(self) -> AlertTable | None:
        """What the model learned of alerts; None for nothing."""
        return self.bundle.alerts

    def complete(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with what the caller left out and the history knows."""
        return complete(snapshot, self.history)

    def assess(self, snapshot: Snapshot) -> AssessorLike:
        """The assessor of a screened snapshot."""
        seen = self.seen(snapshot)
        return Unmodelled(seen) if self.bundle.info == NO_MODEL.info else seen

    def seen(self, snapshot: Snapshot) -> Assessor:
        """The model's own assessor of a screened snapshot, whatever the model is."""
        capacity = float(self.policy.default_capacity)
        return Assessor.of(self.bundle, self.history, snapshot, capacity)

    def inputs(self, snapshot: Snapshot, rows: Ints) -> Frame:
        """What the model sees of tickets (rows of the snapshot) as they are; no risk is made."""
        unlevelled = replace(self.bundle, risk=replace(self.bundle.risk, live=False))
        whole = self.complete(snapshot)
        return Assessor.of(unlevelled, self.history, whole).inputs(rows)

    def past_risks(self, ticket_id: str, at_us: Ints) -> Floats:
        """The timeout risk of a ticket at past moments; see `model.lookback`."""
        return past_risks(self.bundle, self.history, ticket_id, at_us)
