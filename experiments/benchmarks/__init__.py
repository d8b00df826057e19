"""Speed and memory, measured: one command each, medians and ratios against a named baseline."""
