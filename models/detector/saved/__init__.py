"""Trained detectors on disk, and at work."""
