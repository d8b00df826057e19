"""Columns of inputs as a model learned them, and tickets that were scored since."""

from datetime import UTC, datetime, timedelta

import numpy as np

from features.words import Words
from model.drift import Bins
from serving.models.cards import Column, Reference
from serving.models.scored import Scored

NOW = datetime(2026, 3, 9, 10, tzinfo=UTC)
RNG = np.random.default_rng(1)
LEARNED = RNG.normal(size=2000)


def column(name="margin", values=LEARNED, usual=0.05, *, category=False):
    return Column(name, Words(name, f"{name}（中）"), Bins.of(values, category=category), usual)


def reference(*columns, tickets=1000):
    return Reference(NOW, tickets, columns)


def seen(tickets=400, refreshes=20, **columns):
    """One row a ticket, spread over the refreshes."""
    rows = np.arange(tickets)
    x = np.column_stack(list(columns.values()))
    return Scored(tuple(columns), x, rows % refreshes, rows, NOW - timedelta(days=7), NOW)
