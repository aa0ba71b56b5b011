"""How good verdicts and readings are: measures, what came of each, and the summary. NumPy alone."""
