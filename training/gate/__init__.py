"""The gate: whether a new model may take the champion's place, check by check, in words."""
