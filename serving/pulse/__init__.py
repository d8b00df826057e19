"""The desk's figures by day and week, what jumped, and the few causes of most timeouts."""
