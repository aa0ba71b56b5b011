"""The view of figures: charts, each with a sentence and a table."""
