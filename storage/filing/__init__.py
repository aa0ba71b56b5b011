"""Files that reach their place whole, once, and never over another. Knows no database."""
