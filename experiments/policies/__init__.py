"""Policies to set beside each other, in one table (`experiments.policies.table`)."""

from experiments.policies.table import POLICIES, DispatchPolicy

__all__ = ["POLICIES", "DispatchPolicy"]
