"""The ground floor: settings, errors, logging, and where things lie in a home."""
