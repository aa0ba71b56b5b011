"""Detectors: one class, and everything else, learned from a folder of pictures."""
