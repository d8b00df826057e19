"""History as it happens: events in, kept, shared among workers, and forgotten."""
