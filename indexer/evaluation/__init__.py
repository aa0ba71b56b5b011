"""How good verdicts are: measures, what came of each query, and the summary. NumPy alone."""
