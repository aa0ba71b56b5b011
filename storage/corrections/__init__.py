"""Books of what became of verdicts: what people said, what was learned, what was judged anew."""
