"""How the book is made: notebooks, long runs and pages. Used from a checkout, never installed."""
