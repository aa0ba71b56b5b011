"""Training as use-cases: a branch, a join of two, and what people said as data for them."""
