"""A paper that does not exist, to show what a chapter needs."""
