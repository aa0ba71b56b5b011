"""Fitting the branch, and what is kept of a run."""
