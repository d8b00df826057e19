"""From a desk's log to an evaluated, calibrated, registered model."""
