"""Books of tickets: what was read, what people wrote into it, what stands beside the files."""
