"""The HTTP API: routes and what they answer. It speaks to the desk alone."""
