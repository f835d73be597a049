"""What the Foundations chapters measure on real recordings, live or as stored in this package."""
