"""Labelled batches: what each objective is fed with."""
