"""The pulse of the served desk, at its own present."""

from __future__ import annotations

from serving.console.plan import Plans
from serving.pulse.alarms import Alarm
from serving.pulse.facts import Facts
from serving.pulse.pulse import Asked, Pulse, Pulses, present, pulse_of, risen
from serving.service import Service


class PulseSource:
    """Reads the served history; shared by the page and the API, so that it is read once."""

    def __init__(self, service: Service, plans: Plans) -> None:
        self._service, self._plans, self._pulses = service, plans, Pulses()

    def pulse(self, asked: Asked) -> Pulse | None:
        """The pulse now; None where no ticket has arrived yet.

        Raises:
            UnknownNameError: no event has named the team or the category.  StoreError.
        """
        facts, zone = self._facts()
        return None if facts is None else pulse_of(facts, zone, asked)

    def alarms(self) -> tuple[Alarm, ...]:
        """What jumped by the desk's own rule, of every team. Raises StoreError."""
        facts, zone = self._facts()
        return () if facts is None else risen(facts, zone)

    def _facts(self) -> tuple[Facts | None, str]:
        """What happened until now, and the zone of the desk's days."""
        desk, wall = self._service.desks.current().desk, self._service.now()
        plan = self._plans.latest()
        now = present(desk.history, wall) if plan is None else plan.now(wall)
        agents = {} if plan is None else plan.agents
        teams = {name: agent["team"] for name, agent in agents.items() if agent.get("team")}
        return self._pulses.facts(desk.history, now, teams), desk.policy.timezone
