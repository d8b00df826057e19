"""What to do about it: risk, score, hard rules, the plan and its reasons."""
