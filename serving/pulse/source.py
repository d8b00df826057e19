"""The pulse of the served desk, at its own present."""

from __future__ import annotations

from serving.console.plan import Plans
from serving.pulse.pulse import Asked, Pulse, Pulses, present, pulse_of
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
        desk, wall = self._service.desks.current().desk, self._service.now()
        plan = self._plans.latest()
        now = present(desk.history, wall) if plan is None else plan.now(wall)
        agents = {} if plan is None else plan.agents
        teams = {name: agent["team"] for name, agent in agents.items() if agent.get("team")}
        facts = self._pulses.facts(desk.history, now, teams)
        return None if facts is None else pulse_of(facts, desk.policy.timezone, asked)
