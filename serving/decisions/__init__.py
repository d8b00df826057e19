"""What was decided: kept, found again, replayed, overruled."""
