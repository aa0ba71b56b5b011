"""Folders of tickets whose text and fields are known."""
