"""Foreign logs become event logs; what cannot be read is kept with its reason."""
