"""A table of alerts, counted by hand."""

import numpy as np

from model.alert_table import BLOCKS, AlertTable

GRID = np.array([0.2, 0.5, 0.8])
MORNING = 2  # 08:00 to 12:00 of a weekday


def table_of(*cells, categories=("late",), days=(10.0, 4.0), risk=GRID):
    """A table with (row, block, reached, late) for each grid point of a cell; all are judged."""
    reached = np.zeros((len(categories) + 1, BLOCKS, GRID.size))
    late = np.zeros_like(reached)
    for row, block, many, bad in cells:
        reached[[row, -1], block] += many
        late[[row, -1], block] += bad
    return AlertTable(
        "UTC", categories, ("rare",), GRID, np.array(days), np.array(risk), reached, reached, late
    )
