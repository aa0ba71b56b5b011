"""The web application of a home, put together from its parts, and the server that runs it."""
