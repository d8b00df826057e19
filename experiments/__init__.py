"""Where a change is tried before the customers feel it."""
