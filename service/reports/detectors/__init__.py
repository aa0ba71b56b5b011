"""The comparison of detectors as a page, and in words."""
