"""Helpers for the gaitnb book. Nothing is imported here: import the module you need."""
