"""Detectors of a home, for its faces."""
