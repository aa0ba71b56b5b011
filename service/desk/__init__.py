"""The use-cases that the command line, the API and the page share."""
