"""Who may ask for what: keys, tokens, limits, and the head of a request."""
