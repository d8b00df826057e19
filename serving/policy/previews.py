"""A policy looked at before it holds: on the last desk that was seen, and in simulation."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from features.errors import FendanError
from features.snapshot import Snapshot
from model.dispatch import Desk
from model.policy import Policy
from model.policy_warnings import PolicyWarning, policy_warnings
from model.spent import Spent
from serving.aside import run_aside
from serving.decisions.log import DecisionLog
from serving.decisions.memory import Memory
from serving.desks import DeskSource
from serving.last_moment import LastMoment
from serving.policy.preview import Present, Preview, preview
from serving.policy.simulation import Simulated, SimulationAsk
from serving.schemas import parse_refresh

SIMULATION_SECONDS: Final = 600.0


class NoSnapshotError(FendanError):
    """No desk was seen yet, so there is nothing to look at a policy on (HTTP 409)."""

    def __init__(self) -> None:
        super().__init__(
            "no refresh was logged yet",
            where="preview",
            remedy="send a refresh body as `snapshot`, or preview after the first refresh",
            zh="尚无刷新记录；请以 `snapshot` 附上刷新请求体，或在首次刷新后预览",
        )


class NoSimulationError(FendanError):
    """This service was started without a simulated centre (HTTP 501)."""

    def __init__(self) -> None:
        super().__init__(
            "this service was started without a simulated centre",
            where="simulate",
            remedy="leave `simulate` out, or use `fendan simulate`",
            zh="该服务启动时未带仿真中心；请去掉 `simulate`，或使用 `fendan simulate`",
        )


@dataclass(frozen=True, slots=True)
class PreviewAsk:
    """A policy, a desk to look at it on (None for the last one seen), and what to simulate."""

    policy: Policy
    snapshot: Snapshot | None = None
    simulate: SimulationAsk | None = None


class Previews:
    """Looks at policies; changes nothing. Its methods block, a simulation for minutes.

    The desk last seen and its plan under the policy in force are kept while they are the same, so
    that trying one weight after the other takes one plan each; what the model said of that desk
    is kept too (`moment`, shared with the refreshes). `preview` is for one at a time.
    """

    def __init__(
        self, desks: DeskSource, log: DecisionLog, moment: LastMoment | None = None
    ) -> None:
        self._desks, self._log, self._moment = desks, log, moment or LastMoment()
        self._last: tuple[str, Snapshot] | None = None
        self._present: Present | None = None

    def preview(self, ask: PreviewAsk) -> Preview:
        """Both plans of a desk.

        Raises:
            NoSnapshotError: none was sent, and none was seen.
            FendanError: there is no desk, or the store does not answer.
        """
        snapshot = ask.snapshot or self._seen()
        if snapshot is None:
            raise NoSnapshotError
        present = self._of_present(snapshot)
        return preview(present, ask.policy, partial(self._spent, snapshot))

    def simulate(
        self, proposed: Policy, ask: SimulationAsk, gone: threading.Event | None = None
    ) -> Simulated:
        """The proposed policy beside the one in force in the simulated centre.

        Each holds there at all times, whatever its release. `gone` ends it when it is set.

        Raises:
            NoSimulationError: there is no simulated centre.
            LeftError: `gone` was set.
            TooLongError: it took longer than `SIMULATION_SECONDS`.
            FendanError: there is no desk, or no model for the centre.
        """
        simulate = self._desks.making.simulate
        if simulate is None:
            raise NoSimulationError
        before = self._desks.current().desk.policy
        return run_aside(partial(simulate, before, proposed, ask), SIMULATION_SECONDS, gone)

    def warnings(self, policy: Policy) -> tuple[PolicyWarning, ...]:
        """What to warn of, by what can be known just now: without a desk, of the document alone."""
        snapshot, table = None, None
        with suppress(FendanError):
            snapshot = self._seen()
        with suppress(FendanError):
            table = self._desks.current().desk.alert_table
        return policy_warnings(policy, snapshot, table)

    def _of_present(self, snapshot: Snapshot) -> Present:
        desk = self._desks.current().at(snapshot.as_of)
        spent, kept = self._spent(snapshot, desk.policy), self._present
        same = kept is not None and kept.snapshot is snapshot and kept.spent == spent
        if kept is None or not same or not _alike(kept.desk, desk):
            self._present = kept = Present.of(self._moment.of(desk), snapshot, spent)
        return kept

    def _seen(self) -> Snapshot | None:
        last = self._last
        refresh_id = self._log.latest_id()
        if refresh_id is None:
            return None
        if last is None or last[0] != refresh_id:
            logged = self._log.latest()
            if logged is None:
                return None
            self._last = last = logged.refresh_id, parse_refresh(logged.request)[0]
        return last[1]

    def _spent(self, snapshot: Snapshot, policy: Policy) -> Spent:
        return Memory(self._log).before(policy, snapshot).spent


def _alike(one: Desk, other: Desk) -> bool:
    """Whether two desks decide the same: `Current.at` makes a new one under the former policy."""
    same = one.history is other.history and one.model == other.model
    return same and one.policy == other.policy
