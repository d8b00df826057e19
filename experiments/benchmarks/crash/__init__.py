"""Killed at random moments under load: what was acknowledged is there after, and nothing twice."""
