"""Pixels into meaning: pages, the Siamese network, drawings to learn from, OCR."""
