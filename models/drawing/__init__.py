"""Synthetic drawings: solids, till receipts and other documents, to learn from and to begin with."""
