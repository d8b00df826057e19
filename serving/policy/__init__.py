"""Ops' policy: its versions, what a change would do, and the change itself."""
