"""Judging from logs: what another choice among near-ties would have brought (`model.explore`)."""
