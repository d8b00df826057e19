"""A search for better prices and thresholds on the simulated centre; nothing is published."""
