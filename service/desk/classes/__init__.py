"""The classes of a home and their examples: added, removed, checked, and learned."""
