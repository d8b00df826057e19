"""Policies side by side in the simulated centre: the same worlds, paired by seed."""
