"""What is in store for a ticket: its way, whether it comes back, whether it escalates. Latent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.simulator.state import Step
from experiments.simulator.world import World


@dataclass(frozen=True, slots=True)
class Fate:
    """The latent columns as lists, which a loop reads faster than arrays."""

    world: World
    category: list[int]
    due: list[int]
    work: list[int]
    first_share: list[float]
    customer_wait: list[int]
    party_wait: list[list[int]]
    contacts: list[list[int]]
    contact_voice: list[list[float]]
    contact_luck: list[list[float]]
    contact_aim: list[list[float]]
    reopen_luck: list[float]
    reopen_after: list[int]
    close_after: list[int]
    signals: list[list[bool]]
    impatient: list[bool]
    slips: list[list[float]]

    @classmethod
    def of(cls, world: World) -> Fate:
        """The fate of every complaint of a world."""
        latent, seen = world.latent, world.complaints
        return cls(
            world=world,
            category=seen.category.tolist(),
            due=seen.due.tolist(),
            work=latent.work.tolist(),
            first_share=latent.first_share.tolist(),
            customer_wait=latent.customer_wait.tolist(),
            party_wait=latent.party_wait.tolist(),
            contacts=latent.contact_at.tolist(),
            contact_voice=latent.contact_voice.tolist(),
            contact_luck=latent.contact_luck.tolist(),
            contact_aim=latent.contact_aim.tolist(),
            reopen_luck=latent.reopen_luck.tolist(),
            reopen_after=latent.reopen_after.tolist(),
            close_after=latent.close_after.tolist(),
            signals=seen.signals.tolist(),
            impatient=world.customers.impatient[seen.customer].tolist(),
            slips=np.asarray(world.roster.slips).tolist(),
        )

    def way(self, ticket: int) -> list[Step]:
        """Work, then what it waits for (customer, then departments in turn), then the rest."""
        kind = self.world.params.categories[self.category[ticket]]
        waits = []
        if self.customer_wait[ticket]:
            waits.append(Step("customer", self.customer_wait[ticket]))
        waits += [
            Step("party", seconds, step.party, number)
            for number, (step, seconds) in enumerate(
                zip(kind.parties, self.party_wait[ticket], strict=False)
            )
            if seconds
        ]
        work = float(self.work[ticket])
        if not waits:
            return [Step("work", work)]
        first = self.first_share[ticket]
        return [Step("work", first * work), *waits, Step("work", (1 - first) * work)]

    def rework(self, ticket: int) -> list[Step]:
        """What a reopened ticket still needs."""
        return [Step("work", self.world.params.outcome.rework * self.work[ticket])]

    def reopens(self, ticket: int, agent: int) -> bool:
        """Whether a solution by this agent comes back: the same luck for every agent."""
        share = self.world.params.outcome.reopen_share
        return self.reopen_luck[ticket] < share * self.slips[agent][self.category[ticket]]

    def contact_at(self, ticket: int, number: int) -> int:
        """When the customer's patience runs out for the `number`-th time; -1 never again."""
        times = self.contacts[ticket]
        return times[number] if number < len(times) else -1

    def insists(self, ticket: int, number: int, spoken: int, now: int) -> bool:
        """Whether the customer does contact when patience runs out; less so once quiet."""
        who = self.world.params.customers
        chance = who.insist[self.impatient[ticket]]
        chance *= 1.0 if spoken == number else who.quiet
        chance *= who.overdue_insist if now > self.due[ticket] else 1.0
        return self.contact_voice[ticket][number] < chance

    def escalates(self, ticket: int, number: int, now: int) -> str:
        """To whom contact `number` escalates the ticket; "" if it does not.

        The chance grows with each contact, past the promise, and with threats already voiced;
        a threat is usually made good where it was aimed.
        """
        outcome, signals = self.world.params.outcome, self.signals[ticket]
        chance = outcome.escalate_at_contact * (1 + number)
        chance *= outcome.overdue_factor if now > self.due[ticket] else 1.0
        chance *= outcome.signal_factor if any(signals) else 1.0
        if self.contact_luck[ticket][number] >= chance:
            return ""
        aim = self.contact_aim[ticket][number]
        public = outcome.public_share + 0.4 * signals[0]
        if aim < public:
            return "public"
        regulator = public + outcome.regulator_share + 0.4 * signals[1]
        return "regulator" if aim < regulator else "duty_manager"
