"""Tesseract as a reading engine: its command, and what is done so that it reads well."""
