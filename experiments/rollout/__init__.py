"""The gray release: a new policy for a part of the desk's time, compared, stopped on harm.

The desk shares its agents, so tickets are never split: whole blocks of time of a team are.
"""
