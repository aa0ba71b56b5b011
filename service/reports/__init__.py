"""Reports as single HTML pages that need no network; plotly is imported here alone, and late."""
