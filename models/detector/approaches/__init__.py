"""The approaches, each tried in the same way: what learns, and what becomes of it."""
