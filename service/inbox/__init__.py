"""Intake: which files lie in the inbox, and which of them have come to rest."""
