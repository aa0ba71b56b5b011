"""The daemon: claims, has judged, files and closes; alone in its home."""
