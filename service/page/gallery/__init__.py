"""The views Review and Recent: scans as cards, and what is asked of corrections."""
