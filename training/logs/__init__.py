"""Logs in: event logs and, through mappings, any desk's own export."""
