"""The kinds of documents that can be drawn, by what they have in common."""
