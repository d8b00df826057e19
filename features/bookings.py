"""What customers brought in: the `customer.margin` events as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from features.codes import Names, Recoded
from features.stream import MICRO, Ints
from features.timeline import micros

BOOKED = "customer.margin"


@dataclass(frozen=True, slots=True, eq=False)
class Bookings:
    """One row per booking, in the order of the events, whose numbers are `event`; (n,) each.

    `time` in microseconds, `customer` codes, `amount` in millionths of the currency.
    """

    event: Ints
    time: Ints
    customer: Ints
    amount: Ints

    @classmethod
    def of(cls, events: pd.DataFrame, names: Mapping[str, Names]) -> Bookings:
        """Read them from canonically ordered events."""
        event = np.flatnonzero((events["type"] == BOOKED).to_numpy(bool))
        booked = events.iloc[event]
        amount = np.rint(booked["amount"].fillna(0).to_numpy(np.float64) * MICRO).astype(np.int64)
        customer = names["customer"].codes(booked["customer_id"])
        return cls(event, micros(booked["time"]), customer, amount)

    def moved(self, customers: Recoded, number: Ints) -> Bookings:
        """The same when customers have other codes, and event i is now event `number[i]`."""
        return replace(self, customer=customers(self.customer), event=number[self.event])

    def joined(self, new: Bookings) -> Bookings:
        """These and others, whose events have other numbers."""
        order = np.argsort(np.concatenate([self.event, new.event]), kind="stable")

        def both(old: Ints, more: Ints) -> Ints:
            return np.concatenate([old, more])[order]

        return Bookings(
            both(self.event, new.event),
            both(self.time, new.time),
            both(self.customer, new.customer),
            both(self.amount, new.amount),
        )
