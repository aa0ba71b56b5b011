"""The view of one scan: its page, fields, matches, and what can be made of it."""
