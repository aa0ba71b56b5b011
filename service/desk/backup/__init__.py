"""Backup and restore: a whole home in one archive."""
