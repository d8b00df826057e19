"""What was known, and when: events, the history, and the features of the four dimensions."""
