"""What detectors are compared with."""
