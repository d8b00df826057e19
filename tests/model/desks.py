"""Small desks, and an assessor that knows what the test tells it: nothing is learned here."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from features.history import History
from features.snapshot import Agent, Snapshot, Ticket
from features.waits import Waits
from model.decision import Reason, Version
from model.dimensions import Skill
from model.dispatch import Options, refresh
from model.policy import Policy, Prices

NOW = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)  # Monday 10:05 in Shanghai
HOUR = timedelta(hours=1)


def ticket(name, **known):
    facts = {"category": "logistics", "created_at": NOW - 24 * HOUR, "state": "assigned"}
    return Ticket(ticket_id=name, **(facts | known))


def agent(name, **known):
    return Agent(agent_id=name, **({"status": "available"} | known))


def snapshot(tickets=(), agents=(), as_of=NOW):
    return Snapshot(as_of=as_of, tickets=tuple(tickets), agents=tuple(agents))


def plain(**known):
    """A policy whose costs are easy to reckon: only late and waiting tickets cost something."""
    prices = {"escalation": 0, "hand_over": 0, "hand_over_started": 0, "imbalance": 0}
    return Policy(name="plain", prices=Prices(**(prices | known)))


@dataclass(frozen=True)
class Columns4:
    timeout: np.ndarray
    escalation: np.ndarray
    eta_p50_hours: np.ndarray
    eta_p90_hours: np.ndarray


def skilled(table):
    """Skill said of every ticket by itself, (n_t, n_a)."""
    return Skill(table, np.arange(len(table)))


@dataclass(frozen=True)
class Dimensions:
    value: np.ndarray
    urgency: np.ndarray
    skill: Skill
    load: np.ndarray


@dataclass
class FakeAssessor:
    """Risks and dimensions by the names of tickets and agents; 0.5 where the test says nothing."""

    snapshot: Snapshot
    known: "FakeDesk"

    def _of(self, table, keys, otherwise=0.5):
        return np.array([table.get(key, otherwise) for key in keys], dtype=float)

    @property
    def _tickets(self):
        return [t.ticket_id for t in self.snapshot.tickets]

    @property
    def _agents(self):
        return [a.agent_id for a in self.snapshot.agents]

    def as_is(self):
        risk = self._of(self.known.kept, self._tickets)
        return self._risk(risk)

    def _risk(self, risk):
        return Columns4(risk, risk * 0.1, 10 * risk + 1, 20 * risk + 2)

    def pairs(self, t_idx, a_idx):
        self.known.pairs_asked.append(len(t_idx))
        if self.known.on_pairs is not None:
            self.known.on_pairs()
        t, a = self._tickets, self._agents
        keys = [(t[i], a[j]) for i, j in zip(t_idx.tolist(), a_idx.tolist(), strict=True)]
        return self._risk(self._of(self.known.risk, keys))

    def matrix(self, t_rows):
        n_a = len(self._agents)
        risk = self.pairs(np.repeat(t_rows, n_a), np.tile(np.arange(n_a), len(t_rows)))
        return risk.timeout.reshape(-1, n_a), risk.escalation.reshape(-1, n_a)

    def ready(self):
        pass

    def floor(self, t_rows):
        told = [v for (name, _), v in self.known.risk.items()] + [0.5]
        least = np.full(len(t_rows), np.nanmin(told))
        return least, 0.1 * least

    def delayed(self, hours):
        kept = self._of(self.known.kept, self._tickets)
        slope = self._of(self.known.slope, self._tickets, 0.0)
        return np.minimum(kept[:, None] + slope[:, None] * hours, 1.0)

    def begun(self, t_idx, a_idx, hours):
        assert len(t_idx) == len(a_idx) == len(hours)
        kept = self._of(self.known.kept, self._tickets)[t_idx, None]
        slope = self._of(self.known.slope, self._tickets, 0.0)[t_idx, None]
        return np.minimum(kept + slope * hours, 1.0)

    def eased(self, t_idx, hours):
        kept = self._of(self.known.kept, self._tickets)[t_idx]
        slope = self._of(self.known.slope, self._tickets, 0.0)[t_idx]
        return np.maximum(kept - slope * hours, 0.0)

    def waits(self):
        count = len(self._tickets)
        return Waits(np.full(count, 20.0), np.full(count, 40.0))

    def work_hours(self, t_idx, a_idx):
        t, a = self._tickets, self._agents
        keys = [(t[i], a[j]) for i, j in zip(t_idx.tolist(), a_idx.tolist(), strict=True)]
        return self._of(self.known.work, keys, 1.0)

    def changed_since(self, at_us):
        assert len(at_us) == len(self._tickets)
        return np.isin(self._tickets, list(self.known.changed))

    def dimensions(self):
        t, a = self._tickets, self._agents
        skill = [[self.known.skill.get((i, j), 0.5) for j in a] for i in t]
        return Dimensions(
            self._of(self.known.value, t, 0.0),
            self._of(self.known.urgency, t),
            skilled(np.array(skill, dtype=float).reshape(len(t), len(a))),
            self._of(self.known.load, a),
        )

    def reasons(self, t_idx, a_idx, top):
        assert len(t_idx) == len(a_idx)
        if self.known.on_reasons is not None:
            self.known.on_reasons()
        term = Reason("contacts_72h", 3.0, 0.12, "3 contacts in 72 h", "72 小时内来电 3 次")
        return [(term,)[:top] for _ in t_idx]


@dataclass
class FakeDesk:
    """A `Desk` for tests: tables of what the models would say."""

    policy: Policy = field(default_factory=plain)
    kept: dict = field(default_factory=dict)
    risk: dict = field(default_factory=dict)
    slope: dict = field(default_factory=dict)  # what an hour's delay adds to a ticket's risk
    work: dict = field(default_factory=dict)  # hours by (ticket, agent)
    changed: set = field(default_factory=set)  # tickets with news since they changed hands
    value: dict = field(default_factory=dict)
    urgency: dict = field(default_factory=dict)
    skill: dict = field(default_factory=dict)
    load: dict = field(default_factory=dict)
    on_pairs: Callable[[], None] | None = None
    on_complete: Callable[[Snapshot], Snapshot] = lambda clean: clean
    on_reasons: Callable[[], None] | None = None
    model: Version = field(default_factory=lambda: Version("fake-risk", 1))
    alert_table: object = None
    history: History = field(default_factory=History.empty)
    pairs_asked: list = field(default_factory=list)

    def complete(self, clean):
        return self.on_complete(clean)

    def assess(self, clean):
        return FakeAssessor(clean, self)

    def under(self, policy):
        return replace(self, policy=policy)

    def with_policy(self, policy):
        return self.under(policy)

    def with_history(self, history):
        return replace(self, history=history)


class StoppedClock:
    """A clock that moves only when told, in seconds."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def pass_by(self, seconds):
        self.now += seconds


def placed(decision):
    """Ticket id to (action, agent id)."""
    return {each.ticket_id: (each.action, each.agent_id) for each in decision.assignments}


def _compiled():
    """Decide once without haste, so that no test waits for the compiler while its clock runs."""
    tickets = [ticket("x"), ticket("y", agent_id="A", state="in_progress")]
    refresh(FakeDesk(), snapshot(tickets, [agent("A")]), Options(deadline_ms=float("inf")))


_compiled()
